/**
 * Our nftables table, `inet stowage`: forwarded ports as elements of maps, so that a container comes and goes without
 * a rule being touched. Facts: nft(8). In nft 1.0.6 a `}` needs a line break or `;` before it.
 */
import type { Address } from "./address.ts";
import { type Link, localAddress } from "./link.ts";

/** A port of the host and where it leads inside the container. */
export interface Forward {
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  readonly containerPort: number;
  /** Only what is sent to this address of the host; null: to any. */
  readonly hostAddress: Address | null;
  /** Only what comes in by this interface of the host; null: by any. */
  readonly interface: string | null;
}

/**
 * The table with empty maps. `flush table` takes away rules and leaves elements, so that loading it again renews the
 * rules of a host whose containers run.
 */
export const nftBase = `table inet stowage
flush table inet stowage
table inet stowage {
  # Port of the host : address and port of a container.
  map tcp4 { type inet_service : ipv4_addr . inet_service; }
  map udp4 { type inet_service : ipv4_addr . inet_service; }
  map tcp6 { type inet_service : ipv6_addr . inet_service; }
  map udp6 { type inet_service : ipv6_addr . inet_service; }
  # Links of containers with forwarded ports, and their addresses, twice.
  set links { type ifname; }
  set self4 { type ipv4_addr . ipv4_addr; }
  set self6 { type ipv6_addr . ipv6_addr; }

  # route_localnet is set on our links: without this, a neighbour could reach, or pretend to be, 127.0.0.1
  # (the flaw known as CVE-2020-8558).
  chain guard {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 drop
    iifname != "lo" ip saddr 127.0.0.0/8 drop
  }

  chain forward-ports {
    meta nfproto ipv4 dnat ip to tcp dport map @tcp4
    meta nfproto ipv4 dnat ip to udp dport map @udp4
    meta nfproto ipv6 dnat ip6 to tcp dport map @tcp6
    meta nfproto ipv6 dnat ip6 to udp dport map @udp6
  }

  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local jump forward-ports
  }

  chain output {
    type nat hook output priority -100; policy accept;
    # The kernel routes nothing from ::1 to another link; a socket of ours listens there instead.
    ip6 daddr ::1 return
    fib daddr type local jump forward-ports
  }

  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    # From 127.0.0.1 of the host.
    oifname @links ip saddr 127.0.0.0/8 masquerade
    # A container that reaches itself by the host's address would get an answer from itself, not from the host.
    ip saddr . ip daddr @self4 masquerade
    ip6 saddr . ip6 daddr @self6 masquerade
  }
}
`;

/** Undoes {@link nftBase}. */
export const nftBaseDown = "delete table inet stowage\n";

/**
 * The commands that let a container's forwards begin, or end. One transaction each: all of its elements or none.
 * A forward exists in every family in which the container has an address.
 */
export function nftElements(link: Link, forwards: readonly Forward[], command: "add" | "delete"): string {
  const families = ([4, 6] as const).flatMap((family) => localAddress(link, family) ?? []);
  const elements = [
    ["links", `"${link.interface.name}"`],
    ...families.map(({ family, address }) => [`self${family}`, `${address} . ${address}`]),
    ...families.flatMap((address) => forwards.map((forward) => mapElement(address, forward))),
  ];
  return elements.map(([set, element]) => `${command} element inet stowage ${set} { ${element} }\n`).join("");
}

function mapElement(address: Address, { protocol, hostPort, containerPort }: Forward): string[] {
  return [`${protocol}${address.family}`, `${hostPort} : ${address.address} . ${containerPort}`];
}
