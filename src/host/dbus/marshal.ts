/** Values to bytes, little-endian. Facts: the D-Bus Specification, "Marshaling (Wire Format)". */
import { alignmentOf, parseOne, parseSignature, type Type, WireError } from "./signature.ts";
import { bounds, deepestValue, isObjectPath, longestArray, type Value, type Variant } from "./values.ts";

/** @throws WireError where a value does not fit its type */
export function marshal(signature: string, values: readonly Value[]): Uint8Array {
  const types = parseSignature(signature);
  if (types.length !== values.length) throw new WireError(`"${signature}" is not for ${values.length} values`);
  const writer = new Writer();
  types.forEach((type, index) => {
    write(writer, type, values[index] as Value, 0);
  });
  return writer.bytes();
}

class Writer {
  #buffer = Buffer.alloc(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Room for so many bytes, zeroed. @returns where they begin */
  room(size: number): number {
    const at = this.#length;
    if (at + size > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(2 * this.#buffer.length, at + size));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = at + size;
    return at;
  }

  align(to: number): void {
    this.room((to - (this.#length % to)) % to);
  }

  /** Its buffer as it is now: the next {@link room} may make another. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

function write(writer: Writer, type: Type, value: Value, depth: number): void {
  if (depth > deepestValue) throw new WireError("a value too deep");
  writer.align(alignmentOf(type.code));
  switch (type.code) {
    case "a":
      writeArray(writer, type.of[0] as Type, value, depth);
      break;
    case "(":
    case "{":
      writeFields(writer, type.of, value, depth);
      break;
    case "v":
      writeVariant(writer, asVariant(value), depth);
      break;
    case "s":
    case "o":
    case "g":
      writeText(writer, type.code, value);
      break;
    case "x":
    case "t":
      writeLong(writer, type.code, value);
      break;
    default:
      writeNumber(writer, type.code, value);
  }
}

function writeVariant(writer: Writer, { signature, value }: Variant, depth: number): void {
  writeText(writer, "g", signature);
  write(writer, parseOne(signature), value, depth + 1);
}

function writeArray(writer: Writer, element: Type, value: Value, depth: number): void {
  const length = writer.room(4);
  // The padding before the first element is not counted.
  writer.align(alignmentOf(element.code));
  const begin = writer.length;
  if (element.code === "y" && value instanceof Uint8Array) {
    const at = writer.room(value.length);
    writer.buffer.set(value, at);
  } else {
    for (const one of asArray(value)) write(writer, element, one, depth + 1);
  }
  const size = writer.length - begin;
  if (size > longestArray) throw new WireError(`an array of ${size} bytes`);
  writer.buffer.writeUInt32LE(size, length);
}

function writeFields(writer: Writer, types: readonly Type[], value: Value, depth: number): void {
  const fields = asArray(value);
  if (fields.length !== types.length) throw new WireError(`${fields.length} fields for ${types.length} types`);
  types.forEach((type, index) => {
    write(writer, type, fields[index] as Value, depth + 1);
  });
}

/** A surrogate without its other half. */
const halfCharacter = /\p{Surrogate}/u;

function writeText(writer: Writer, code: string, value: Value): void {
  if (typeof value !== "string") throw new WireError(`a ${typeof value} as text`);
  // What has no UTF-8 would arrive as something else.
  if (value.includes("\0") || halfCharacter.test(value)) throw new WireError("a text with NUL or half a character");
  if (code === "o" && !isObjectPath(value)) throw new WireError(`"${value}" is no object path`);
  if (code === "g") parseSignature(value);
  const size = Buffer.byteLength(value);
  const at = writer.room((code === "g" ? 1 : 4) + size + 1);
  if (code === "g") writer.buffer.writeUInt8(size, at);
  else writer.buffer.writeUInt32LE(size, at);
  writer.buffer.write(value, at + (code === "g" ? 1 : 4));
}

function writeNumber(writer: Writer, code: string, value: Value): void {
  if (code === "b") {
    if (typeof value !== "boolean") throw new WireError(`a ${typeof value} as a boolean`);
    const at = writer.room(4);
    writer.buffer.writeUInt32LE(Number(value), at);
    return;
  }
  if (typeof value !== "number") throw new WireError(`a ${typeof value} as a number`);
  if (code === "d") {
    const at = writer.room(8);
    writer.buffer.writeDoubleLE(value, at);
    return;
  }
  const [low, high] = bounds[code] as readonly [number, number];
  if (!Number.isInteger(value) || value < low || value > high) throw new WireError(`${value} is no "${code}"`);
  const size = alignmentOf(code);
  const at = writer.room(size);
  if (low < 0) writer.buffer.writeIntLE(value, at, size);
  else writer.buffer.writeUIntLE(value, at, size);
}

function writeLong(writer: Writer, code: string, value: Value): void {
  if (typeof value !== "bigint") throw new WireError(`a ${typeof value} as 64 bits`);
  const fits = code === "x" ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  if (fits !== value) throw new WireError(`${value} is no "${code}"`);
  const at = writer.room(8);
  if (code === "x") writer.buffer.writeBigInt64LE(value, at);
  else writer.buffer.writeBigUInt64LE(value, at);
}

function asArray(value: Value): readonly Value[] {
  if (!Array.isArray(value)) throw new WireError(`a ${typeof value} as an array`);
  return value;
}

function asVariant(value: Value): Variant {
  if (typeof value === "object" && "signature" in value) return value;
  throw new WireError(`a ${typeof value} as a variant`);
}
