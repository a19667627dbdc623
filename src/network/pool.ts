/**
 * Fixed addresses out of a network's subnet, one for each name. They are derived from the names, so that nobody has to
 * keep a list, and a name has the same address after every restart and on every machine.
 */
import { hash } from "node:crypto";
import { type Address, parseAddress } from "./address.ts";

/** An IPv4 network: its lower half is ours to give away, its upper half is left to whoever asks the engine for any. */
export interface Pool {
  readonly subnet: Address;
  /** The network's first address, which the host has. */
  readonly gateway: string;
  /** The upper half, with prefix length. */
  readonly others: string;
  /** How many names find an address in it. */
  readonly size: number;
}

/** Prefix lengths of subnets with room for containers, and of which a half is a network again. */
const lengths = { least: 8, most: 28 } as const;

/** @returns null where the text is no IPv4 network of such a length, or has bits below it */
export function poolOf(subnet: string): Pool | null {
  const address = parseAddress(subnet);
  if (address?.family !== 4 || address.prefix < lengths.least || address.prefix > lengths.most) return null;
  const first = numberOf(address.address);
  const count = 2 ** (32 - address.prefix);
  if (first % count !== 0) return null;
  return {
    subnet: address,
    gateway: textOf(first + 1),
    others: `${textOf(first + count / 2)}/${address.prefix + 1}`,
    size: count / 2 - taken,
  };
}

/** The network's own address and the gateway's. */
const taken = 2;

/**
 * A name's place is its hash; where two would have one, the later name, by order, takes the next free place: in a /16
 * of a hundred names, one set in seven has such a pair.
 * @param names at most as many as the pool's size
 */
export function addressesIn({ subnet, size }: Pool, names: readonly string[]): ReadonlyMap<string, string> {
  if (names.length > size) throw new Error(`${names.length} names in a pool of ${size}`);
  const first = numberOf(subnet.address) + taken;
  const places = new Set<number>();
  const found = new Map<string, string>();
  for (const name of [...new Set(names)].sort()) {
    let place = placeOf(name) % size;
    while (places.has(place)) place = (place + 1) % size;
    places.add(place);
    found.set(name, textOf(first + place));
  }
  return found;
}

const placeOf = (name: string): number => Number.parseInt(hash("sha256", `stowage address ${name}`).slice(0, 8), 16);

const numberOf = (address: string): number =>
  address.split(".").reduce((all, part) => all * 256 + Number.parseInt(part, 10), 0);

const textOf = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
