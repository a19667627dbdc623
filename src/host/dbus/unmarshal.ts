/**
 * Bytes to values, of either byte order. What the other side sends is not trusted: nothing is read beyond the end,
 * nothing is made larger than what was sent. Facts: the D-Bus Specification, "Marshaling (Wire Format)".
 */
import { alignmentOf, parseOne, parseSignature, type Type, WireError } from "./signature.ts";
import { deepestValue, isObjectPath, longestArray, type Value } from "./values.ts";

/**
 * @param bytes that begin at an aligned place of their message
 * @throws WireError where they are not exactly the values of the signature
 */
export function unmarshal(signature: string, bytes: Uint8Array, isLittle = true): Value[] {
  const reader = new Reader(bytes, isLittle);
  const values = parseSignature(signature).map((type) => reader.value(type, 0));
  if (reader.at !== bytes.length) throw new WireError(`${bytes.length - reader.at} bytes are left`);
  return values;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #isLittle: boolean;

  constructor(bytes: Uint8Array, isLittle: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = isLittle;
  }

  value(type: Type, depth: number): Value {
    if (depth > deepestValue) throw new WireError("a value too deep");
    this.align(alignmentOf(type.code));
    switch (type.code) {
      case "a":
        return this.#array(type.of[0] as Type, depth);
      case "(":
      case "{":
        return type.of.map((field) => this.value(field, depth + 1));
      case "v": {
        const signature = this.#text("g");
        return { signature, value: this.value(parseOne(signature), depth + 1) };
      }
      case "s":
      case "o":
      case "g":
        return this.#text(type.code);
      default:
        return this.#number(type.code);
    }
  }

  align(to: number): void {
    const at = this.#take((to - (this.at % to)) % to);
    for (let index = at; index < this.at; index += 1) {
      if (this.#bytes[index] !== 0) throw new WireError("padding that is not zero");
    }
  }

  /** @returns where the bytes begin that are taken */
  #take(size: number): number {
    const at = this.at;
    if (size > this.#bytes.length - at) throw new WireError("cut short");
    this.at = at + size;
    return at;
  }

  #array(element: Type, depth: number): Value {
    const size = this.#view.getUint32(this.#take(4), this.#isLittle);
    if (size > longestArray) throw new WireError(`an array of ${size} bytes`);
    this.align(alignmentOf(element.code));
    const begin = this.#take(size);
    if (element.code === "y") return new Uint8Array(this.#bytes.subarray(begin, begin + size));
    this.at = begin;
    const values: Value[] = [];
    while (this.at < begin + size) values.push(this.value(element, depth + 1));
    if (this.at !== begin + size) throw new WireError("an array that ends within an element");
    return values;
  }

  #text(code: string): string {
    const size =
      code === "g" ? this.#view.getUint8(this.#take(1)) : this.#view.getUint32(this.#take(4), this.#isLittle);
    const at = this.#take(size + 1);
    if (this.#bytes[at + size] !== 0) throw new WireError("a text without its end");
    const text = decode(this.#bytes.subarray(at, at + size));
    if (text.includes("\0")) throw new WireError("a text with NUL");
    if (code === "o" && !isObjectPath(text)) throw new WireError("a wrong object path");
    if (code === "g") parseSignature(text);
    return text;
  }

  #number(code: string): Value {
    const [view, isLittle] = [this.#view, this.#isLittle];
    switch (code) {
      case "y":
        return view.getUint8(this.#take(1));
      case "n":
        return view.getInt16(this.#take(2), isLittle);
      case "q":
        return view.getUint16(this.#take(2), isLittle);
      case "i":
        return view.getInt32(this.#take(4), isLittle);
      case "u":
      case "h":
        return view.getUint32(this.#take(4), isLittle);
      case "b":
        return asBoolean(view.getUint32(this.#take(4), isLittle));
      case "x":
        return view.getBigInt64(this.#take(8), isLittle);
      case "t":
        return view.getBigUint64(this.#take(8), isLittle);
      default:
        return view.getFloat64(this.#take(8), isLittle);
    }
  }
}

function asBoolean(word: number): boolean {
  if (word > 1) throw new WireError(`${word} as a boolean`);
  return word === 1;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new WireError("a text that is not UTF-8");
  }
}
