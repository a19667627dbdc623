/** Ports of bridges. Facts: ip-link(8) "bridge_slave". */
import type { Link } from "./link.ts";

/** Arguments of ip(8) that make an interface a port. */
export const portWords = (name: string, bridge: string): string[] => ["link", "set", "dev", name, "master", bridge];

/**
 * What makes a container's link a port. Where bridged packets pass netfilter (bridge-nf-call-iptables, which Docker sets),
 * a packet that a container sends to a forwarded port of its own goes back by the port it came from.
 */
export function linkPortLines(link: Link, bridge: string): string[][] {
  const { handle } = link.interface;
  const hairpin = ["link", "set", "dev", handle, "type", "bridge_slave", "hairpin", "on"];
  return [portWords(handle, bridge), ...(link.forwards.length > 0 ? [hairpin] : [])];
}
