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
  /** Only what comes in by this interface of the host; null: by any. What the host itself sends comes in by `lo`. */
  readonly interface: string | null;
}

/** Whether it is for packets of this family. */
export const isOfFamily = ({ hostAddress }: Forward, family: 4 | 6): boolean =>
  hostAddress === null || hostAddress.family === family;

/** Whether it is for what the host sends to its own 127.0.0.1, or ::1. */
export function leadsFromLoopback(forward: Forward, family: 4 | 6): boolean {
  if (!isOfFamily(forward, family) || (forward.interface !== null && forward.interface !== "lo")) return false;
  const address = forward.hostAddress?.address;
  return address === undefined || (family === 4 ? address.startsWith("127.") : address === "::1");
}

const protocols = ["tcp", "udp"] as const;
const families = [4, 6] as const;

/** What a port of the host may be restricted to, and the ending of the maps of such ports. */
const keys = [
  { ending: "-in-to", interface: true, address: true },
  { ending: "-in", interface: true, address: false },
  { ending: "-to", interface: false, address: true },
  { ending: "", interface: false, address: false },
] as const;

type Key = (typeof keys)[number];

const matrix = protocols.flatMap((protocol) => families.map((family) => ({ protocol, family })));

const maps = matrix.flatMap(({ protocol, family }) =>
  keys.map((key) => {
    const address = `ipv${family}_addr`;
    const parts = [...(key.interface ? ["ifname"] : []), ...(key.address ? [address] : []), "inet_service"];
    return `  map ${protocol}${family}${key.ending} { type ${parts.join(" . ")} : ${address} . inet_service; }`;
  }),
);

/** @param interfaces which kind of keys, and what an interface is matched by */
function rules(interfaces: "iifname" | "oifname" | null): string {
  return keys
    .filter((key) => key.interface === (interfaces !== null))
    .flatMap((key) => matrix.map(({ protocol, family }) => rule(protocol, family, key, interfaces)))
    .map((line) => `    ${line}`)
    .join("\n");
}

function rule(protocol: string, family: 4 | 6, key: Key, interfaces: string | null): string {
  const ip = family === 4 ? "ip" : "ip6";
  const parts = [...(interfaces ? [interfaces] : []), ...(key.address ? [`${ip} daddr`] : []), `${protocol} dport`];
  return `meta nfproto ipv${family} dnat ${ip} to ${parts.join(" . ")} map @${protocol}${family}${key.ending}`;
}

/**
 * The table with empty maps. `flush table` takes away rules and leaves elements, so that loading it again renews the
 * rules of a host whose containers run.
 */
export const nftBase = `table inet stowage
flush table inet stowage
table inet stowage {
  # Port of the host : address and port of a container. -in: by an interface; -to: to an address.
${maps.join("\n")}
  # Addresses of containers with forwarded ports; those whose answers would not come back by this host; and all of them, twice.
  set local4 { type ipv4_addr; }
  set local6 { type ipv6_addr; }
  set astray4 { type ipv4_addr; }
  set astray6 { type ipv6_addr; }
  # Ports of ::1 that a socket listens on.
  set proxied6 { type inet_service; }
  set self4 { type ipv4_addr . ipv4_addr; }
  set self6 { type ipv6_addr . ipv6_addr; }

  # route_localnet is set on links of containers: without this, a neighbour could reach, or pretend to be, 127.0.0.1
  # (the flaw known as CVE-2020-8558). The kernel does the same for ::1.
  chain guard {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 drop
    iifname != "lo" ip saddr 127.0.0.0/8 drop
  }

  chain forward-ports {
${rules(null)}
  }

  chain prerouting-ports {
${rules("iifname")}
    goto forward-ports
  }

  chain output-ports {
    ip6 daddr ::1 tcp dport @proxied6 return
${rules("oifname")}
    goto forward-ports
  }

  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local jump prerouting-ports
  }

  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump output-ports
  }

  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    # From 127.0.0.1 and ::1 of the host.
    ip saddr 127.0.0.0/8 ip daddr @local4 masquerade
    ip6 saddr ::1 ip6 daddr @local6 masquerade
    ct status dnat ip daddr @astray4 masquerade
    ct status dnat ip6 daddr @astray6 masquerade
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
 * A forward exists in every family in which its link has an address, and which it is for.
 * @param links of one container, its main one first
 */
export function nftElements(links: readonly Link[], command: "add" | "delete"): string {
  let text = "";
  for (const link of links) {
    if (link.forwards.length === 0) continue;
    for (const element of linkElements(link, link === links[0])) text += `${command} element inet stowage ${element}\n`;
  }
  return text;
}

/** Each as `set { element }`. */
function linkElements(link: Link, isFirst: boolean): string[] {
  const elements: string[] = [];
  for (const { family, host, local } of link.ends) {
    if (local === null) continue;
    const { address } = local;
    elements.push(`local${family} { ${address} }`);
    // What came from elsewhere is answered by way of the default gateway.
    if (!isFirst || host === null) elements.push(`astray${family} { ${address} }`);
    elements.push(`self${family} { ${address} . ${address} }`);
    const ofFamily = link.forwards.filter((one) => isOfFamily(one, family));
    const proxied = family === 6 ? ofFamily.filter((one) => isProxied(link, one)) : [];
    for (const { hostPort } of proxied) elements.push(`proxied6 { ${hostPort} }`);
    for (const one of ofFamily) elements.push(mapElement(local, one));
  }
  return elements;
}

/** See {@link keys}. */
function mapElement(to: Address, forward: Forward): string {
  const { protocol, hostAddress } = forward;
  const device = forward.interface;
  const ending = `${device === null ? "" : "-in"}${hostAddress === null ? "" : "-to"}`;
  const key = `${device === null ? "" : `"${device}" . `}${hostAddress === null ? "" : `${hostAddress.address} . `}`;
  const target = `${to.address} . ${forward.containerPort}`;
  return `${protocol}${to.family}${ending} { ${key}${forward.hostPort} : ${target} }`;
}

/**
 * Ports of ::1 that a socket must listen on: where the kernel filters on bridges (br_netfilter), answers that come by one
 * are addressed to ::1 again before it looks where they came in, and are dropped.
 */
export const isProxied = (link: Link, forward: Forward): boolean =>
  link.bridge !== null && forward.protocol === "tcp" && leadsFromLoopback(forward, 6);

/** Whether packets of this family reach a container by its forwards on this link. */
export const forwardsIn = (link: Link, family: 4 | 6): boolean =>
  localAddress(link, family) !== null && link.forwards.some((forward) => isOfFamily(forward, family));
