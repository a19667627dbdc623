/**
 * Kernel settings as files for systemd-sysctl. Facts: sysctl.d(5); keys in the form with slashes, because the name of
 * an interface may hold a dot.
 */
import type { Link } from "./link.ts";

/**
 * For /etc/sysctl.d. The kernel allows 128 inotify instances for root; about 20 containers, each with a systemd of its
 * own, use them up, and the next ones hang until their start times out.
 */
export const hostSysctls: string = sysctlText([["fs/inotify/max_user_instances", "8192"]]);

/**
 * For the host's end of a link, set while it is down. The container is not trusted: its router advertisements and
 * redirects mean nothing to the host.
 */
export function linkSysctls(link: Link, forwards: boolean): string {
  const { name } = link.interface;
  return sysctlText([
    // `-`: a host may have been started without IPv6.
    [`-net/ipv6/conf/${name}/accept_ra`, "0"],
    [`-net/ipv6/conf/${name}/accept_redirects`, "0"],
    [`net/ipv4/conf/${name}/accept_redirects`, "0"],
    [`net/ipv4/conf/${name}/send_redirects`, "0"],
    // What a container sends to another one is passed on, also where the host as a whole forwards nothing.
    [`net/ipv4/conf/${name}/forwarding`, "1"],
    ...(forwards ? [[`net/ipv4/conf/${name}/route_localnet`, "1"] as const] : []),
  ]);
}

/**
 * For inside the container's network namespace, which belongs to the host's user namespace: its root may not bind low
 * ports there, and nobody may ping, until the kernel lets everybody.
 */
export const insideSysctls: string = sysctlText([
  ["net/ipv4/ip_unprivileged_port_start", "0"],
  ["net/ipv4/ping_group_range", "0 2147483647"],
]);

function sysctlText(settings: readonly (readonly [key: string, value: string])[]): string {
  return settings.map(([key, value]) => `${key} = ${value}\n`).join("");
}
