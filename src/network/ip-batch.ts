/**
 * Files for `ip -batch`: they make a container's network before its init runs, and take it away. Facts: ip(8),
 * ip-link(8), ip-netns(8).
 * iproute2 splits a line at blanks and knows quotes, `#` and backslashes: no word here may hold any of them.
 */
import { fullPrefix } from "./address.ts";
import { hostSide, type Link, type LinkEnds, localAddress, type Macvlan, type Network } from "./link.ts";
import { hostNamespace, movedInterface, routeMetric } from "./names.ts";
import { leadsFromLoopback } from "./nft.ts";
import { linkPortLines } from "./port.ts";

/** What the batch files run or read themselves: absolute paths. */
export interface BatchFiles {
  readonly ip: string;
  readonly sysctl: string;
  /** Settings of the links on the host; null where there are none. */
  readonly sysctls: string | null;
  /** Settings inside; null where there are none. */
  readonly insideSysctls: string | null;
  /** Settings inside that are declared, each of which must be there; left out where there are none. */
  readonly declaredSysctls?: string;
  /** nft(8), and the rules of the container's firewall; left out where it has none. */
  readonly firewall?: { readonly nft: string; readonly file: string };
  /** Where {@link NetworkFiles} `ns` and `back` are. */
  readonly ns: string;
  readonly back: string;
}

export interface NetworkFiles {
  /** In the host's namespace: makes all of it. */
  readonly up: string;
  /** In the container's namespace. */
  readonly ns: string;
  /** In the container's namespace, with `-force`: gives back what is the host's; null where nothing is. */
  readonly back: string | null;
  /** In the host's namespace, with `-force`: undoes all of it. */
  readonly down: string;
}

/**
 * One `ip -batch` for all of it, which runs the few programs that ip cannot do without: PID 1 needs several times as
 * long to start a program as ip does.
 */
export function networkFiles(network: Network, files: BatchFiles): NetworkFiles {
  const { links, macvlans, interfaces, namespace, container } = network;
  const back = [...macvlans.map(removeMacvlan), ...interfaces.flatMap((name) => giveBack(container, name))];
  return {
    up: batch([
      ["netns", "add", namespace],
      // Before anything can come in.
      ...(files.firewall === undefined ? [] : [within(namespace, files.firewall.nft, ["-f"], files.firewall.file)]),
      ...links.flatMap(createLines),
      ...macvlans.map((macvlan) => macvlanLine(macvlan, namespace)),
      ...interfaces.flatMap((name) => moveLines(container, name, namespace)),
      // Before a link comes up: it must not listen to a router in the container for a moment.
      ...(files.sysctls === null ? [] : hostSysctlLines(hostNamespace(container), files.sysctl, files.sysctls)),
      ...links.flatMap(hostLines),
      ...(files.insideSysctls === null ? [] : [within(namespace, files.sysctl, [], files.insideSysctls)]),
      ...(files.declaredSysctls === undefined
        ? []
        : [within(namespace, files.sysctl, ["--strict"], files.declaredSysctls)]),
      within(namespace, files.ip, ["-batch"], files.ns),
    ]),
    ns: batch(insideLines(network)),
    back: back.length === 0 ? null : batch(back),
    down: batch([
      ...(back.length === 0 ? [] : [within(namespace, files.ip, ["-force", "-batch"], files.back)]),
      ...interfaces.map((name) => altnameLine("del", movedInterface(container, name), movedInterface(container, name))),
      // The links first: `netns del` returns before its interfaces are gone, and a new link of that name then fails.
      ...links.map((link) => ["link", "del", "dev", link.interface.handle]),
      ["netns", "del", namespace],
      ["netns", "del", hostNamespace(container)],
    ]),
  };
}

function createLines(link: Link): string[][] {
  const { name, altname } = link.interface;
  const peer = ["peer", "name", link.inside, "address", link.insideMac, "netns", link.namespace];
  return [
    ["link", "add", name, "address", link.hostMac, "type", "veth", ...peer],
    ...(altname === null ? [] : [altnameLine("add", name, altname)]),
    ...(link.bridge === null ? [] : linkPortLines(link, link.bridge)),
  ];
}

const altnameLine = (verb: "add" | "del", name: string, altname: string): string[] => [
  ...["link", "property", verb, "dev", name],
  ...["altname", altname],
];

function macvlanLine({ parent, name, mac }: Macvlan, namespace: string): string[] {
  const made = ["link", "add", "link", parent, "name", name, "address", mac, "netns", namespace];
  return [...made, "type", "macvlan", "mode", "bridge"];
}

/** Not left to the end of the namespace: until that is over the address is taken, and a new start fails. */
const removeMacvlan = ({ name }: Macvlan): string[] => ["link", "del", "dev", name];

function moveLines(container: string, name: string, namespace: string): string[][] {
  return [altnameLine("add", name, movedInterface(container, name)), ["link", "set", "dev", name, "netns", namespace]];
}

/**
 * Under its own name, and down, as an interface is that was just plugged in. A namespace that ends would destroy a
 * virtual interface, and give a real one to the machine's first namespace, which need not be the host's.
 */
function giveBack(container: string, name: string): string[][] {
  const set = ["link", "set", "dev", movedInterface(container, name)];
  return [
    [...set, "down"],
    [...set, "name", name],
    [...set, "netns", "1"],
  ];
}

/** `netns exec` wants a namespace by name: the host's gets one, for as long as it takes. */
function hostSysctlLines(name: string, program: string, file: string): Line[] {
  return [["netns", "attach", name, "1"], within(name, program, [], file), ["netns", "del", name]];
}

/** The host's end of a bridged link has no addresses: the bridge has them. */
function hostLines(link: Link): string[][] {
  const { handle } = link.interface;
  const loopback = loopbackLines(link);
  if (link.bridge !== null) return [["link", "set", "dev", handle, "addrgenmode", "none"], upLine(handle), ...loopback];
  const lines: string[][] = [];
  for (const { host, family } of link.ends) {
    if (host !== null) lines.push(addressLine(`${host.address}/${fullPrefix(family)}`, handle, family));
  }
  lines.push(upLine(handle));
  for (const { local, family } of link.ends) {
    if (local !== null) lines.push(["route", "add", `${local.address}/${fullPrefix(family)}`, "dev", handle]);
  }
  lines.push(...loopback);
  return lines;
}

/**
 * What route_localnet is in IPv4: answers to ::1 are taken where they come in by this interface. Whatever a neighbour
 * sends to or from ::1 the kernel drops before it looks for a route.
 */
function loopbackLines(link: Link): string[][] {
  if (localAddress(link, 6) === null || !link.forwards.some((forward) => leadsFromLoopback(forward, 6))) return [];
  const name = hostSide(link);
  return [["route", "replace", "local", "::1", "dev", name, "table", "local", "metric", `${routeMetric(name)}`]];
}

function insideLines({ links, macvlans, interfaces }: Network): string[][] {
  const lines: string[][] = [upLine("lo")];
  for (const link of links) {
    for (const { local, family } of link.ends) {
      if (local !== null) lines.push(addressLine(`${local.address}/${local.prefix}`, link.inside, family));
    }
    lines.push(upLine(link.inside));
    for (const end of link.ends) lines.push(...gatewayLines(end, link.inside, link === links[0]));
  }
  for (const { name } of macvlans) lines.push(upLine(name));
  for (const name of interfaces) lines.push(upLine(name));
  return lines;
}

/** The host's end is reached by its link; everything else by that of the first one. */
function gatewayLines({ host, local, family }: LinkEnds, inside: string, isDefault: boolean): string[][] {
  if (host === null || local === null) return [];
  const own = ["route", "add", `${host.address}/${fullPrefix(family)}`, "dev", inside];
  if (family === 4) own.push("scope", "link");
  return isDefault ? [own, ["route", "add", "default", "via", host.address, "dev", inside]] : [own];
}

const upLine = (name: string): string[] => ["link", "set", "dev", name, "up"];

/** Without duplicate address detection: an IPv6 address is usable at once, and nobody else can have it on this link. */
function addressLine(address: string, name: string, family: 4 | 6): string[] {
  return family === 6 ? ["address", "add", address, "dev", name, "nodad"] : ["address", "add", address, "dev", name];
}

/** Words, or a line that is encoded already. */
type Line = readonly string[] | string;

/** A program in a namespace. It is run with no shell; if it fails, so does the batch. */
const within = (
  namespace: string,
  program: string,
  flags: readonly ("-batch" | "-force" | "-f" | "--strict")[],
  file: string,
): string => ["netns exec", ipWord(namespace), ipWord(program), ...flags, ipWord(file)].join(" ");

function batch(lines: readonly Line[]): string {
  let text = "";
  for (const line of lines) text += typeof line === "string" ? `${line}\n` : batchLine(line);
  return text;
}

function batchLine(words: readonly string[]): string {
  let line = "";
  for (const word of words) line += line === "" ? ipWord(word) : ` ${ipWord(word)}`;
  return `${line}\n`;
}

/** Words of ours that most lines consist of: looked up faster than looked through. */
const known = new Set(
  "link set dev add del name address type veth peer netns up addrgenmode none route scope default via property altname eth0".split(
    " ",
  ),
);

/** The one encoder for words of a batch file. What does not fit is a bug: every value is of an allow-list type by now. */
export function ipWord(word: string): string {
  if (known.has(word)) return word;
  if (/^[A-Za-z0-9_/.][A-Za-z0-9_.:/-]*$|^::[0-9a-f:./]*$/.test(word)) return word;
  throw new Error(`not a word for an ip batch file: ${JSON.stringify(word)}`);
}
