/** Whole messages: header and body. Facts: the D-Bus Specification, "Message Format". */
import { marshal } from "./marshal.ts";
import { parseOne, parseSignature, WireError } from "./signature.ts";
import { Reader, unmarshal } from "./unmarshal.ts";
import { longestArray, longestMessage, type Value, type Variant } from "./values.ts";

const types = ["method-call", "reply", "error", "signal"] as const;

export interface Message {
  /** One of a kind that is not known is "other", and to be ignored. */
  readonly type: (typeof types)[number] | "other";
  /** Not 0, and of its own in a connection. */
  readonly serial: number;
  /** Of a reply or an error: the serial of the call. */
  readonly replyTo?: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  /** Of an error: `org.freedesktop.systemd1.NoSuchUnit`. */
  readonly error?: string;
  readonly destination?: string;
  readonly signature: string;
  readonly body: readonly Value[];
}

/** Codes of header fields, and the types they must have. */
const fields = [
  [1, "path", "o"],
  [2, "interface", "s"],
  [3, "member", "s"],
  [4, "error", "s"],
  [5, "replyTo", "u"],
  [6, "destination", "s"],
] as const;
const signatureField = 8;

/** Every kind but "other" has these. */
const required: Readonly<Record<string, readonly (keyof Message)[]>> = {
  "method-call": ["path", "member"],
  reply: ["replyTo"],
  error: ["replyTo", "error"],
  signal: ["path", "interface", "member"],
};

const little = 0x6c;
const big = 0x42;
const version = 1;
/** Byte order, type, flags, version, length of the body, serial, length of the fields. */
const fixedSize = 16;
const headerType = parseOne("a(yv)");

export function encode(message: Message): Uint8Array {
  const body = marshal(message.signature, message.body);
  const said: Value[] = fields.flatMap(([code, key, signature]) => {
    const value = message[key];
    return value === undefined ? [] : [[code, { signature, value }]];
  });
  if (message.signature !== "") said.push([signatureField, { signature: "g", value: message.signature }]);
  const type = types.indexOf(message.type as (typeof types)[number]) + 1;
  const header = marshal("yyyyuua(yv)", [little, type, 0, version, body.length, message.serial, said]);
  const padding = (8 - (header.length % 8)) % 8;
  if (header.length + padding + body.length > longestMessage) throw new WireError("a message too long");
  return Buffer.concat([header, Buffer.alloc(padding), body]);
}

/**
 * How long a message is, from its beginning; null where that is not enough yet to know it.
 * @throws WireError where no message begins so
 */
export function sizeOf(bytes: Uint8Array): number | null {
  if (bytes.length < fixedSize) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, fixedSize);
  const isLittle = orderOf(view);
  if (view.getUint8(3) !== version) throw new WireError(`version ${view.getUint8(3)} of the protocol`);
  const [body, header] = [view.getUint32(4, isLittle), view.getUint32(12, isLittle)];
  const size = aligned(fixedSize + header) + body;
  if (header > longestArray || size > longestMessage) throw new WireError(`a message of ${size} bytes`);
  return size;
}

/**
 * @param bytes exactly one message
 * @param wantsBody asked with the header; where it says no, the body is left out, and its bytes are not looked at
 * @throws WireError
 */
export function decode(bytes: Uint8Array, wantsBody: (header: Message) => boolean = () => true): Message {
  if (sizeOf(bytes) !== bytes.length) throw new WireError("not exactly one message");
  const view = new DataView(bytes.buffer, bytes.byteOffset, fixedSize);
  const isLittle = orderOf(view);
  const reader = new Reader(bytes, isLittle);
  reader.at = fixedSize - 4;
  const said = reader.value(headerType, 0) as readonly [number, Variant][];
  reader.align(8);
  const header = headerOf(view, isLittle, said);
  if (!wantsBody(header)) return header;
  return { ...header, body: unmarshal(header.signature, bytes.subarray(reader.at), isLittle) };
}

function headerOf(view: DataView, isLittle: boolean, said: readonly [number, Variant][]): Message {
  const serial = view.getUint32(8, isLittle);
  if (serial === 0) throw new WireError("a message without a serial");
  const values = new Map(said.map(([code, variant]) => [code, variant]));
  const found = fields.flatMap(([code, key, signature]) => {
    const variant = values.get(code);
    if (variant === undefined) return [];
    if (variant.signature !== signature) throw new WireError(`header field ${code} is a "${variant.signature}"`);
    return [[key, variant.value]];
  });
  const type = types[view.getUint8(1) - 1] ?? "other";
  const header = { type, serial, signature: signatureOf(values), body: [], ...Object.fromEntries(found) } as Message;
  for (const key of required[type] ?? []) {
    if (header[key] === undefined) throw new WireError(`a ${type} without ${key}`);
  }
  return header;
}

function signatureOf(values: ReadonlyMap<number, Variant>): string {
  const variant = values.get(signatureField);
  if (variant === undefined) return "";
  if (variant.signature !== "g") throw new WireError("a signature that is none");
  parseSignature(variant.value as string);
  return variant.value as string;
}

function orderOf(view: DataView): boolean {
  const order = view.getUint8(0);
  if (order !== little && order !== big) throw new WireError(`${order} as a byte order`);
  return order === little;
}

const aligned = (size: number): number => size + ((8 - (size % 8)) % 8);
