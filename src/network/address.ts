/** IP addresses as values. The only file that knows the library `ip-address`. */
import { isIPv4 } from "node:net";
import { Address4, Address6 } from "ip-address";

export interface Address {
  readonly family: 4 | 6;
  /** In canonical form, without prefix length: `10.0.0.2`, `fd00::2`. */
  readonly address: string;
  /** As written behind `/`; the family's full length where none was written. */
  readonly prefix: number;
}

/** The address that a text like `10.0.0.2`, `10.0.0.2/24` or `fd00::2/64` means, or null. Zones (`%eth0`) are refused. */
export function parseAddress(text: string): Address | null {
  // As nearly all are written, which is the canonical form: the library takes ten times as long.
  if (isIPv4(text)) return { family: 4, address: text, prefix: 32 };
  if (!/^[0-9A-Fa-f.:]+(\/[0-9]{1,3})?$/.test(text)) return null;
  if (Address4.isValid(text)) {
    const parsed = new Address4(text);
    return { family: 4, address: parsed.correctForm(), prefix: parsed.subnetMask };
  }
  if (!Address6.isValid(text)) return null;
  const parsed = new Address6(text);
  return { family: 6, address: parsed.correctForm(), prefix: parsed.subnetMask };
}

/** Bits of an address of this family. */
export const fullPrefix = (family: 4 | 6): number => (family === 4 ? 32 : 128);
