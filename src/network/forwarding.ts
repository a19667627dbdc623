/**
 * What follows from letting the host pass packets on for the sake of forwarded ports: every address of a container could
 * then be reached by whoever sends packets for it through this host. Facts: nft(8); `ip_forward` of the kernel's
 * ip-sysctl.rst.
 */
import type { ContainerSide } from "./docker.ts";

export interface Forwarding {
  readonly family: 4 | 6;
  /** `ipv4`: what units and files are called by. */
  readonly name: "ipv4" | "ipv6";
  /** For systemd-sysctl. */
  readonly setting: string;
  /** Where the kernel tells it. */
  readonly state: string;
  readonly table: readonly [family: "ip" | "ip6", name: string];
}

const table = "stowage_forwarding";

export const forwarding4: Forwarding = {
  family: 4,
  name: "ipv4",
  setting: "net/ipv4/ip_forward = 1",
  state: "/proc/sys/net/ipv4/ip_forward",
  table: ["ip", table],
};

/** A host that forwards IPv6 stops listening to router advertisements: only where a port asks for it. */
export const forwarding6: Forwarding = {
  family: 6,
  name: "ipv6",
  setting: "net/ipv6/conf/all/forwarding = 1",
  state: "/proc/sys/net/ipv6/conf/all/forwarding",
  table: ["ip6", table],
};

/**
 * Other machines reach forwarded ports, and answers come back; the rest is refused. What passes between others is not
 * looked at.
 * @param links interfaces behind which only containers are
 * @param engines such as only containers of engines are behind, which may come too; see {@link ContainerSide}
 */
export function forwardingFilter(
  { table: [family, name] }: Forwarding,
  { links, engines }: Pick<ContainerSide, "links" | "engines">,
): string {
  const elements = links.length === 0 ? "" : ` elements = { ${links.map((link) => `"${link}"`).join(", ")} };`;
  const refuse = family === "ip" ? "icmp type admin-prohibited" : "icmpv6 type admin-prohibited";
  return `table ${family} ${name}
delete table ${family} ${name}
table ${family} ${name} {
  set links { type ifname;${elements} }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname != @links accept
    iifname @links accept
${engines.map((engine) => `    iifname "${engine.replace(/\+$/, "*")}" accept\n`).join("")}    ct state established,related accept
    ct status dnat accept
    reject with ${refuse}
  }
}
`;
}
