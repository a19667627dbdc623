/** Names of containers for the host's hosts file. Facts: hosts(5). */
import type { Link } from "./link.ts";

/** A line of a hosts file. */
interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** `<address> <container>.containers`, of each family. */
export function hostsEntries(link: Link): HostsEntry[] {
  return link.ends.flatMap(({ local }) =>
    local === null ? [] : [{ address: local.address, names: [`${link.container}.containers`] }],
  );
}

/** The lines of a hosts file. */
export function hostsText(entries: readonly HostsEntry[]): string {
  return entries.map(({ address, names }) => `${address} ${names.join(" ")}\n`).join("");
}
