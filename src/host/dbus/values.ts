/** What values of D-Bus types are in JavaScript, and the bounds that both directions keep. */

/** A value with its type: what a `v` holds. */
export interface Variant {
  readonly signature: string;
  readonly value: Value;
}

/**
 * Integers of 32 bits and less and `d`: number; `x` and `t`: bigint; `s`, `o` and `g`: string; `ay`: bytes; other arrays
 * and structs: array; a dictionary: array of pairs.
 */
export type Value = number | bigint | boolean | string | Uint8Array | Variant | readonly Value[];

/** Bytes of an array's elements. */
export const longestArray = 64 * 1024 * 1024;
/** Bytes of a whole message. */
export const longestMessage = 128 * 1024 * 1024;
/** Of variants, and containers in them, one in the other. */
export const deepestValue = 64;

/** `/`, or parts of letters, digits and underscores with a slash before each. */
export const isObjectPath = (text: string): boolean => /^\/$|^(\/[A-Za-z0-9_]+)+$/.test(text);

/** Smallest and largest of the integers that fit into a number. */
export const bounds: Readonly<Record<string, readonly [number, number]>> = {
  y: [0, 0xff],
  n: [-0x8000, 0x7fff],
  q: [0, 0xffff],
  i: [-0x80000000, 0x7fffffff],
  u: [0, 0xffffffff],
  h: [0, 0xffffffff],
};
