/** Subnets of either family, as the numbers of their addresses. */
import { isIPv6 } from "node:net";
import { type Address, fullPrefix, parseAddress } from "./address.ts";

export interface Subnet {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
  /** It was written with the address of one machine in it. */
  readonly hasHostBits: boolean;
}

/** Of `10.89.5.0/24`; null where it is no address with prefix length. */
export function subnetOf(text: string): Subnet | null {
  const address = text.includes("/") ? parseAddress(text) : null;
  if (address === null) return null;
  const size = 1n << BigInt(fullPrefix(address.family) - address.prefix);
  const number = numberOf(address);
  const first = number - (number % size);
  return {
    family: address.family,
    prefix: address.prefix,
    first,
    last: first + size - 1n,
    hasHostBits: first !== number,
  };
}

export const overlaps = (a: Subnet, b: Subnet): boolean =>
  a.family === b.family && a.first <= b.last && b.first <= a.last;

/** Whether an address is in a subnet; false for what is no address. */
export function isWithin(subnet: Subnet, text: string): boolean {
  const address = parseAddress(text);
  if (address === null || address.family !== subnet.family) return false;
  const number = numberOf(address);
  return number >= subnet.first && number <= subnet.last;
}

function numberOf({ family, address }: Address): bigint {
  const digits = family === 4 ? address.split(".").map((part) => byte(part)) : groupsOf(address);
  return BigInt(`0x${digits.join("")}`);
}

const byte = (part: string): string => Number.parseInt(part, 10).toString(16).padStart(2, "0");

/** Eight groups of four digits. */
function groupsOf(address: string): string[] {
  if (!isIPv6(address)) throw new Error(`${address} is no IPv6 address`);
  const [before = "", after] = address.split("::");
  const left = before === "" ? [] : before.split(":");
  const right = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill("0"), ...right].map((group) => group.padStart(4, "0"));
}
