/** One header block of a tar archive. Pure. Facts: pax(1) "ustar Interchange Format", and GNU tar's manual, "Basic Tar Format". */

export const blockSize = 512;

/** What a header says, before extended headers have their say. */
export interface RawHeader {
  readonly name: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of the body that follows. */
  readonly size: number;
  readonly mtime: number;
  /** "0", "5", "x", …; of old archives "\0". */
  readonly type: string;
  readonly link: Buffer;
}

/** The bytes are no archive that this program reads; the message is for people. */
export class BadTar extends Error {
  override readonly name = "BadTar";
}

export const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

/** @throws BadTar */
export function parseHeader(block: Buffer): RawHeader {
  if (checksum(block) !== number(block, 148, 8)) throw new BadTar("a header whose check sum is wrong");
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? text(block, 345, 155) : Buffer.alloc(0);
  const name = text(block, 0, 100);
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from("/"), name]) : name,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    type: String.fromCharCode(block[156] ?? 0),
    link: text(block, 157, 100),
  };
}

/** Of all bytes, those of the sum itself taken as blanks. */
export function checksum(block: Buffer): number {
  let sum = 8 * 32;
  for (let at = 0; at < blockSize; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

/** Up to the first NUL. */
function text(block: Buffer, start: number, length: number): Buffer {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or, with the first bit set, a big-endian number. */
export function number(block: Buffer, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  if ((field[0] ?? 0) & 0x80) return binary(field);
  const digits = field
    .toString("latin1")
    .replace(/[\0 ]+$/, "")
    .replace(/^[ \0]+/, "");
  if (digits === "") return 0;
  if (!/^[0-7]+$/.test(digits)) throw new BadTar("a header with a number that is none");
  return Number.parseInt(digits, 8);
}

function binary(field: Buffer): number {
  let value = (field[0] ?? 0) & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  if (value > Number.MAX_SAFE_INTEGER) throw new BadTar("a header with a number that is negative or too large");
  return value;
}
