/** Addresses of containers that are made by hand: a pair for each, out of one pool. Pure. */
import { StowageError } from "../../error.ts";
import { isWithin, subnetOf } from "../../network/index.ts";

export interface AddressPair {
  readonly hostAddress: string;
  readonly localAddress: string;
}

/** As `nixos-container` has it: 10.233.1.1 and 10.233.1.2, up to 10.233.254.1 and 10.233.254.2. */
const usualPool = "10.233";
const last = 254;

/** Whether these are the first two numbers of an address. */
export function isPool(text: string): boolean {
  const [first = 0, second = 256, ...more] = /^\d{1,3}\.\d{1,3}$/.test(text) ? text.split(".").map(Number) : [];
  return more.length === 0 && first > 0 && first < 224 && first !== 127 && second < 256;
}

/** What is in use already, as far as it is known. */
export interface TakenAddresses {
  /** Texts in which addresses stand: of generations, as they are kept. */
  readonly texts: readonly string[];
  /** Networks of the host, with prefix lengths. */
  readonly networks: readonly string[];
}

/**
 * The first pair of which neither address is anybody's.
 * @param pool how all of them begin: the first two numbers
 * @throws StowageError `out-of-addresses`
 */
export function freeAddresses({ texts, networks }: TakenAddresses, pool = usualPool): AddressPair {
  const inPool = new RegExp(`(?<![\\d.])${pool.replace(".", "\\.")}\\.(\\d{1,3})\\.\\d`, "g");
  const named = new Set(texts.flatMap((text) => [...text.matchAll(inPool)].map((one) => Number(one[1]))));
  const subnets = networks.flatMap((network) => subnetOf(network) ?? []);
  for (let number = 1; number <= last; number++) {
    const [host, local] = [`${pool}.${number}.1`, `${pool}.${number}.2`];
    const isTaken = named.has(number) || [host, local].some((one) => subnets.some((subnet) => isWithin(subnet, one)));
    if (!isTaken) return { hostAddress: host, localAddress: local };
  }
  throw outOfAddresses(pool);
}

const outOfAddresses = (pool: string): StowageError =>
  new StowageError({
    code: "out-of-addresses",
    message: `out of addresses: every pair from ${pool}.1.1 to ${pool}.${last}.2 is in use`,
    details: ["in use is what containers have, and what interfaces and routes of the host lead to"],
    hint: "choose a pair with --host-address and --local-address, others with --address-pool, or destroy a container",
  });
