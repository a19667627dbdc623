/** What ip(8) commands make of a host's namespaces: enough of them to compare two lists of commands by their effect. */
import { parseAddress } from "../../src/network/index.ts";
import type { EndFacts, LinkFacts } from "./facts.ts";

interface Interface {
  /** Both ends of a pair have the same object. */
  readonly pair: object | null;
  readonly parent: string | null;
  /** It was somewhere else before the commands ran. */
  readonly moved: boolean;
  mac: string | null;
  bridge: string | null;
  up: boolean;
  readonly addresses: string[];
  readonly routes: string[];
}

type Namespace = Map<string, Interface>;

/** `null`: the host's own namespace. */
type Where = string | null;

export class Interfaces {
  readonly #namespaces = new Map<Where, Namespace>([[null, new Map()]]);
  /** Alternative names, of the whole world: nobody here has one name twice. */
  readonly #names = new Map<string, string>();

  /** A pair that is there already: by systemd-nspawn. */
  addPair(host: string, inside: string, namespace: string, bridge: string | null = null): void {
    const pair = {};
    this.#in(null).set(host, { ...made(pair), bridge, up: bridge !== null });
    this.#in(namespace).set(inside, made(pair));
  }

  addMacvlan(parent: string, name: string, namespace: string): void {
    this.#in(namespace).set(name, { ...made(null), parent });
  }

  addMoved(name: string, namespace: string): void {
    this.#in(namespace).set(name, { ...made(null), moved: true });
  }

  /** @param command without the program: `["link", "set", "dev", "eth0", "up"]` */
  run(command: readonly string[], where: Where): void {
    const [object = "", verb = "", ...rest] = command.filter((word) => word !== "-6" && word !== "-4");
    const act = verbs[`${object} ${verb}`];
    if (act === undefined) throw new Error(`not understood: ip ${command.join(" ")}`);
    act(this, rest, where);
  }

  setLink(words: readonly string[], where: Where): void {
    const [handle = "", ...rest] = words[0] === "dev" ? words.slice(1) : words;
    const name = this.#names.get(handle) ?? handle;
    const found = this.#get(name, where);
    for (let at = 0; at < rest.length; at += 1) {
      const word = rest[at] ?? "";
      const value = rest[at + 1] ?? "";
      if (word === "up") found.up = true;
      else if (["master", "address", "name", "netns", "alias", "mtu", "type", "addrgenmode"].includes(word)) at += 1;
      else if (!ignoredWords.has(word)) throw new Error(`not understood: ip link set ${words.join(" ")}`);
      if (word === "master") found.bridge = value;
      if (word === "address") found.mac = value.toLowerCase();
      if (word === "name") this.#move(name, where, value, where);
      if (word === "netns") this.#move(name, where, name, value);
      if (word === "type") at += 2;
    }
  }

  /** `NAME … type veth peer …`, `link PARENT name NAME … type macvlan …` */
  addLink(words: readonly string[], where: Where): void {
    const own = named(words.slice(0, words.indexOf("peer") < 0 ? undefined : words.indexOf("peer")));
    const name = own.name ?? words.find((word) => word !== "dev") ?? "";
    if (own.type === "veth") {
      const peer = named(words.slice(words.indexOf("peer") + 1));
      const pair = {};
      this.#in(own.netns ?? where).set(name, made(pair, own.address));
      this.#in(peer.netns ?? where).set(peer.name ?? "", made(pair, peer.address));
      return;
    }
    if (own.type !== "macvlan") throw new Error(`not understood: ip link add ${words.join(" ")}`);
    this.#in(own.netns ?? where).set(name, { ...made(null, own.address), parent: own.link ?? "" });
  }

  addName(words: readonly string[]): void {
    this.#names.set(after(words, "altname"), after(words, "dev"));
  }

  addAddress(words: readonly string[], where: Where): void {
    this.#get(after(words, "dev"), where).addresses.push(withPrefix(words[0] ?? ""));
  }

  addRoute(words: readonly string[], where: Where): void {
    const [to = ""] = words;
    // What the host takes for its own, on its own link.
    if (to === "local") return;
    const via = words.includes("via") ? ` via ${canonical(after(words, "via"))}` : "";
    const dev = words.includes("dev") ? after(words, "dev") : this.#deviceOf(canonical(after(words, "via")), where);
    this.#get(dev, where).routes.push(`${canonical(to)}${via}`);
  }

  /** Pairs that lead from the host into a namespace, by the name inside. */
  pairs(namespace: string): Record<string, LinkFacts> {
    const found: [string, LinkFacts][] = [];
    for (const [name, inside] of this.#in(namespace)) {
      const host = [...this.#in(null)].find(([, one]) => one.pair !== null && one.pair === inside.pair);
      if (host === undefined) continue;
      const [hostName, one] = host;
      found.push([
        name,
        { host: { name: hostName, bridge: one.bridge, ...end(one) }, inside: { mac: inside.mac, ...end(inside) } },
      ]);
    }
    return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  macvlans(namespace: string): string[] {
    return [...this.#in(namespace)].flatMap(([name, { parent }]) => (parent === null ? [] : [`${name} on ${parent}`]));
  }

  moved(namespace: string): string[] {
    return [...this.#in(namespace)].flatMap(([name, one]) => (one.moved ? [name] : []));
  }

  #in(where: Where): Namespace {
    const found = this.#namespaces.get(where) ?? new Map<string, Interface>();
    this.#namespaces.set(where, found);
    return found;
  }

  #get(handle: string, where: Where): Interface {
    const name = this.#names.get(handle) ?? handle;
    const found = this.#in(where).get(name) ?? made(null);
    this.#in(where).set(name, found);
    return found;
  }

  #move(name: string, from: Where, to: string, where: Where): void {
    const found = this.#get(name, from);
    this.#in(from).delete(name);
    const known = found.pair !== null || found.parent !== null || from === where;
    this.#in(where).set(to, known ? found : { ...found, moved: true });
  }

  /** The one that has a route to an address. */
  #deviceOf(address: string, where: Where): string {
    const found = [...this.#in(where)].find(([, one]) => one.routes.includes(address));
    if (found === undefined) throw new Error(`no route to ${address}`);
    return found[0];
  }
}

const ignoredWords = new Set(["down", "multicast", "on", "off", "nomaster"]);

const verbs: Readonly<Record<string, (ip: Interfaces, words: readonly string[], where: Where) => void>> = {
  "link set": (ip, words, where) => ip.setLink(words, where),
  "link add": (ip, words, where) => ip.addLink(words, where),
  "link property": (ip, words) => ip.addName(words),
  "link del": () => {},
  "netns add": () => {},
  "netns attach": () => {},
  "netns del": () => {},
  "addr add": (ip, words, where) => ip.addAddress(words, where),
  "address add": (ip, words, where) => ip.addAddress(words, where),
  "route add": (ip, words, where) => ip.addRoute(words, where),
  "route replace": (ip, words, where) => ip.addRoute(words, where),
};

const made = (pair: object | null, mac?: string): Interface => ({
  pair,
  parent: null,
  moved: false,
  mac: mac?.toLowerCase() ?? null,
  bridge: null,
  up: false,
  addresses: [],
  routes: [],
});

const end = ({ up, addresses, routes }: Interface): EndFacts => ({
  up,
  addresses: [...addresses].sort(),
  routes: [...routes].sort(),
});

const after = (words: readonly string[], key: string): string => words[words.indexOf(key) + 1] ?? "";

/** `name x address y` as `{ name: "x", address: "y" }`; the first of each counts. */
function named(words: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const key of ["name", "address", "netns", "type", "link", "mode"]) {
    const at = words.indexOf(key);
    if (at >= 0) found[key] = words[at + 1] ?? "";
  }
  return found;
}

function withPrefix(text: string): string {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return `${address.address}/${address.prefix}`;
}

/** "default", or an address; a prefix length that says that it is one address is left out. */
const canonical = (to: string): string => (to === "default" ? to : withPrefix(to).replace(/\/(32|128)$/, ""));
