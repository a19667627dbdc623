/** Names of containers for the host's hosts file, and for those of containers. Facts: hosts(5). */
import type { Network } from "./link.ts";

/** A line of a hosts file. */
interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** What a container is found by from everywhere. */
export const fullName = (container: string): string => `${container}.containers`;

/**
 * `<container>.containers` for one address of each family, that of the first link that has one. Addresses of further
 * links are called `<interface>.<container>.containers`.
 */
export function hostsEntries({ container, links }: Network): HostsEntry[] {
  const own = fullName(container);
  const named: number[] = [];
  const entries: HostsEntry[] = [];
  for (const [index, { inside, ends }] of links.entries()) {
    for (const { family, local } of ends) {
      if (local === null) continue;
      const first = named.includes(family) ? [] : [own];
      entries.push({ address: local.address, names: index === 0 ? first : [...first, `${inside}.${own}`] });
      named.push(family);
    }
  }
  return entries;
}

/** What every hosts file begins with. */
export const loopbackHosts = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";

/** The lines of a hosts file. */
export function hostsText(entries: readonly HostsEntry[]): string {
  return entries.map(({ address, names }) => `${address} ${names.join(" ")}\n`).join("");
}

/** A container and its lines in the host's hosts file. */
export interface InHosts {
  readonly name: string;
  readonly entries: readonly HostsEntry[];
}

/** For containers: every one by its full name and, where that is not somebody else's, by its bare one. */
export function containersHosts(containers: readonly InHosts[]): string {
  const entries = containers.flatMap(({ name, entries }) =>
    entries.map(({ address, names }) => ({
      address,
      names: names.includes(fullName(name)) && !reserved.has(name.toLowerCase()) ? [...names, name] : names,
    })),
  );
  return `${loopbackHosts}${hostsText(entries)}`;
}

const reserved = new Set(["localhost", "ip6-localhost", "ip6-loopback"]);
