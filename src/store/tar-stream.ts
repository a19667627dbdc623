/**
 * Makes the streams of all versions of GNU tar the same: 1.35 leaves the device numbers of what is no device empty, where
 * earlier ones write digits. tar(5), "POSIX ustar Archives". Pure.
 */
const block = 512;
const size = { at: 124, length: 12 };
const checksum = { at: 148, length: 8 };
const typeAt = 156;
const devices = { at: 329, length: 16 };

export class TarStream {
  readonly #to: (piece: Uint8Array) => void;
  readonly #header = Buffer.alloc(block);
  /** Bytes of a header that have come. */
  #come = 0;
  /** Bytes until the next header. */
  #content = 0;

  /** @param to takes the pieces of the changed stream, which is as long as the given one */
  constructor(to: (piece: Uint8Array) => void) {
    this.#to = to;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#content > 0) {
        const end = Math.min(chunk.length, at + this.#content);
        this.#to(chunk.subarray(at, end));
        this.#content -= end - at;
        at = end;
      } else {
        const end = Math.min(chunk.length, at + block - this.#come);
        this.#header.set(chunk.subarray(at, end), this.#come);
        this.#come += end - at;
        at = end;
        if (this.#come === block) this.#passHeader();
      }
    }
  }

  #passHeader(): void {
    this.#come = 0;
    const header = Buffer.from(this.#header);
    this.#content = Math.ceil(numberIn(header.subarray(size.at, size.at + size.length)) / block) * block;
    // The end is blocks of zeros, and has no name.
    if (header[0] !== 0 && !"34".includes(String.fromCharCode(header[typeAt] as number))) {
      header.fill(0, devices.at, devices.at + devices.length);
      writeChecksum(header);
    }
    this.#to(header);
  }
}

/** Octal digits, or from 8 GiB on big-endian binary, marked by the highest bit. */
function numberIn(field: Buffer): number {
  if (((field[0] as number) & 0x80) === 0) return Number.parseInt(field.toString("latin1"), 8) || 0;
  return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The sum of all bytes, its own counted as blanks. */
function writeChecksum(header: Buffer): void {
  header.fill(" ", checksum.at, checksum.at + checksum.length);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, checksum.at, "latin1");
}
