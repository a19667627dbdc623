/**
 * The rules of a container's firewall, in its own network namespace. They are the host's: a root with users of its own
 * cannot change them. Facts: nft(8), RFC 4890 (what of ICMPv6 must pass).
 */

/** Of ports, both ends belong to it. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** What may come in, beside answers. */
export interface Firewall {
  /** In order, without overlaps; see {@link joinRanges}. */
  readonly tcp: readonly PortRange[];
  readonly udp: readonly PortRange[];
  readonly ping: boolean;
  /** Interfaces inside from which everything is accepted. */
  readonly trusted: readonly string[];
  /** Whether who is refused is told so. */
  readonly reject: boolean;
}

/** In order, and joined where they overlap or touch: nft takes no set with overlaps. */
export function joinRanges(ranges: readonly PortRange[]): PortRange[] {
  const joined: PortRange[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to + 1)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

/** Whether a port is open on every interface. */
export const isOpen = (firewall: Firewall, protocol: "tcp" | "udp", port: number): boolean =>
  firewall[protocol].some(({ from, to }) => from <= port && port <= to);

const table = "inet stowage_firewall";

/** Takes the table away, whether or not it is there: a command, and one transaction as the text below is. */
export const firewallOff = `table ${table}; delete table ${table}`;

/**
 * Replaces the former rules in one transaction: no packet meets none of them. Connections that are there go on, since
 * what is known of them is not the table's.
 */
export const firewallRules = (firewall: Firewall): string => `${firewallOff}
table ${table} {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    # Finding neighbours and routers has no connection that it could belong to.
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, mld-listener-query } accept
    ct state established,related accept
    ct state invalid drop
    # The answer to a request to all DHCPv6 servers.
    ip6 daddr fe80::/64 udp dport 546 accept
${ruleLines(firewall)
  .map((line) => `    ${line}\n`)
  .join("")}  }
}
`;

function ruleLines({ tcp, udp, ping, trusted, reject }: Firewall): string[] {
  const interfaces = trusted.map((name) => `"${interfaceWord(name)}"`);
  return [
    ...(interfaces.length > 0 ? [`iifname { ${interfaces.join(", ")} } accept`] : []),
    ...(ping ? ["icmp type echo-request accept", "icmpv6 type echo-request accept"] : []),
    ...portLine("tcp", tcp),
    ...portLine("udp", udp),
    // A broadcast is answered by nobody.
    ...(reject
      ? [
          "meta pkttype != unicast drop",
          "meta l4proto tcp reject with tcp reset",
          "reject with icmpx type port-unreachable",
        ]
      : []),
  ];
}

const portLine = (protocol: "tcp" | "udp", ranges: readonly PortRange[]): string[] =>
  ranges.length === 0
    ? []
    : [
        `${protocol} dport { ${ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ")} } accept`,
      ];

/** The one encoder of names in the text. What does not fit is a bug: the option's type is an allow-list. */
function interfaceWord(name: string): string {
  if (/^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}$/.test(name)) return name;
  throw new Error(`not a name of an interface: ${JSON.stringify(name)}`);
}
