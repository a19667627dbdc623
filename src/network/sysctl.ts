/**
 * Kernel settings as files for systemd-sysctl. Facts: sysctl.d(5); keys in the form with slashes, because the name of
 * an interface may hold a dot.
 */
import { type Link, localAddress } from "./link.ts";
import { leadsFromLoopback } from "./nft.ts";

/**
 * For /etc/sysctl.d. The kernel allows 128 inotify instances for root; about 20 containers, each with a systemd of its
 * own, use them up, and the next ones hang until their start times out.
 */
export const hostSysctls: string = sysctlText([["fs/inotify/max_user_instances", "8192"]]);

/**
 * For the host's ends of a container's links, set while they are down. The container is not trusted: its router
 * advertisements and redirects mean nothing to the host. A port of a bridge hands everything to the bridge.
 * @returns "" where nothing is to be set
 */
export function linkSysctls(links: readonly Link[]): string {
  let text = "";
  for (const link of links) {
    const { name } = link.interface;
    if (link.bridge === null) text += untrusted(name);
    const fromLoopback = localAddress(link, 4) !== null && link.forwards.some((one) => leadsFromLoopback(one, 4));
    if (fromLoopback) text += `net/ipv4/conf/${link.bridge ?? name}/route_localnet = 1\n`;
  }
  return text;
}

/**
 * `-`: a host may have been started without IPv6. Forwarding: what a container sends to another one is passed on, also
 * where the host as a whole forwards nothing.
 */
const untrusted = (name: string): string => `-net/ipv6/conf/${name}/accept_ra = 0
-net/ipv6/conf/${name}/accept_redirects = 0
net/ipv4/conf/${name}/accept_redirects = 0
net/ipv4/conf/${name}/send_redirects = 0
net/ipv4/conf/${name}/forwarding = 1
`;

/**
 * For inside the container's network namespace, which belongs to the host's user namespace: its root may not bind low
 * ports there, and nobody may ping, until the kernel lets everybody.
 */
export const insideSysctls: string = sysctlText([
  ["net/ipv4/ip_unprivileged_port_start", "0"],
  ["net/ipv4/ping_group_range", "0 2147483647"],
]);

export function sysctlText(settings: readonly (readonly [key: string, value: string])[]): string {
  return settings.map(([key, value]) => `${key} = ${value}\n`).join("");
}
