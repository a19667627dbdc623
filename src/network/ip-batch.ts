/**
 * Files for `ip -batch`: they make a container's link before its init runs, and take it away. Facts: ip(8), ip-link(8).
 * iproute2 splits a line at blanks and knows quotes, `#` and backslashes: no word here may hold any of them.
 */
import { fullPrefix } from "./address.ts";
import type { Link, LinkEnds } from "./link.ts";
import { insideInterface } from "./names.ts";

export interface LinkFiles {
  /** In the host's namespace: the container's namespace and the veth pair, still down. */
  readonly host: string;
  /** In the host's namespace, after the sysctls of the link: addresses, up, routes. */
  readonly up: string;
  /** In the container's namespace. */
  readonly ns: string;
  /** In the host's namespace, with `-force`: undoes all of it. */
  readonly down: string;
}

export function linkFiles(link: Link): LinkFiles {
  return {
    host: batch(createLines(link)),
    up: batch([
      ...link.ends.flatMap((end) => hostAddressLines(link, end)),
      upLine(link.interface.name),
      ...routeLines(link),
    ]),
    ns: batch(insideLines(link)),
    // The link first: `netns del` returns before its interfaces are gone, and a new link of that name then fails.
    down: batch([
      ["link", "del", "dev", link.interface.name],
      ["netns", "del", link.namespace],
    ]),
  };
}

function createLines(link: Link): string[][] {
  const { name, altname } = link.interface;
  const peer = ["peer", "name", insideInterface, "address", link.insideMac, "netns", link.namespace];
  return [
    ["netns", "add", link.namespace],
    ["link", "add", name, "address", link.hostMac, "type", "veth", ...peer],
    ...(altname === null ? [] : [["link", "property", "add", "dev", name, "altname", altname]]),
  ];
}

function hostAddressLines(link: Link, end: LinkEnds): string[][] {
  if (end.host === null) return [];
  return [addressLine(`${end.host.address}/${fullPrefix(end.family)}`, link.interface.name, end.family)];
}

function routeLines(link: Link): string[][] {
  return link.ends.flatMap((end) =>
    end.local === null
      ? []
      : [["route", "add", `${end.local.address}/${fullPrefix(end.family)}`, "dev", link.interface.name]],
  );
}

function insideLines(link: Link): string[][] {
  const addresses = link.ends.flatMap(({ local, family }) =>
    local === null ? [] : [addressLine(`${local.address}/${local.prefix}`, insideInterface, family)],
  );
  return [upLine("lo"), ...addresses, upLine(insideInterface), ...link.ends.flatMap(gatewayLines)];
}

function gatewayLines({ host, local, family }: LinkEnds): string[][] {
  if (host === null || local === null) return [];
  const scope = family === 4 ? ["scope", "link"] : [];
  return [
    ["route", "add", `${host.address}/${fullPrefix(family)}`, "dev", insideInterface, ...scope],
    ["route", "add", "default", "via", host.address, "dev", insideInterface],
  ];
}

const upLine = (name: string): string[] => ["link", "set", "dev", name, "up"];

/** Without duplicate address detection: an IPv6 address is usable at once, and nobody else can have it on this link. */
function addressLine(address: string, name: string, family: 4 | 6): string[] {
  return ["address", "add", address, "dev", name, ...(family === 6 ? ["nodad"] : [])];
}

const batch = (lines: readonly string[][]): string => lines.map((words) => `${words.map(ipWord).join(" ")}\n`).join("");

/** The one encoder for words of a batch file. What does not fit is a bug: every value is of an allow-list type by now. */
export function ipWord(word: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.:/-]*$|^::[0-9a-f:./]*$/.test(word)) return word;
  throw new Error(`not a word for an ip batch file: ${JSON.stringify(word)}`);
}
