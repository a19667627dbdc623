/**
 * Types of the D-Bus wire format, from their signatures. Facts: the D-Bus Specification, "Type System" and "Marshaling
 * (Wire Format)".
 */

/** What was read breaks the format, or what is to be written does not fit its type. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A single complete type. */
export interface Type {
  /** Its first character: a basic type's own, `v`, `a`, `(` for a struct, `{` for an entry of a dictionary. */
  readonly code: string;
  /** Of an array its element, of a struct or entry its fields; empty for the others. */
  readonly of: readonly Type[];
}

const longest = 255;
/** Of arrays, and of structs, one in the other. */
const deepest = 32;

export const basicCodes = "ybnqiuxtdsogh";

/** @throws WireError where it is no list of complete types */
export function parseSignature(text: string): Type[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (text.length > longest) throw new WireError(`a signature of ${text.length} characters`);
  const cursor = { text, at: 0 };
  const types: Type[] = [];
  while (cursor.at < text.length) types.push(complete(cursor, { arrays: 0, structs: 0 }));
  // Few, and the same ones for ever; a peer that sends always new ones does not fill our memory.
  if (parsed.size < 1000) parsed.set(text, types);
  return types;
}

/** @throws WireError unless it is exactly one complete type, as in a variant */
export function parseOne(text: string): Type {
  const [type, ...rest] = parseSignature(text);
  if (type === undefined || rest.length > 0) throw new WireError(`"${text}" is not one complete type`);
  return type;
}

const parsed = new Map<string, Type[]>();

interface Cursor {
  readonly text: string;
  at: number;
}

interface Depth {
  readonly arrays: number;
  readonly structs: number;
}

function complete(cursor: Cursor, depth: Depth): Type {
  const code = next(cursor);
  if (code === "v" || isBasic(code)) return { code, of: [] };
  if (code === "a") return { code, of: [element(cursor, { ...depth, arrays: deeper(depth.arrays) })] };
  if (code === "(") return struct(cursor, { ...depth, structs: deeper(depth.structs) });
  throw new WireError(`no type begins with "${code}" in "${cursor.text}"`);
}

/** Only as an array's element may there be an entry of a dictionary. */
function element(cursor: Cursor, depth: Depth): Type {
  if (cursor.text[cursor.at] !== "{") return complete(cursor, depth);
  cursor.at += 1;
  const inside = { ...depth, structs: deeper(depth.structs) };
  const key = complete(cursor, inside);
  if (!isBasic(key.code)) throw new WireError(`a key that is not of a basic type in "${cursor.text}"`);
  const value = complete(cursor, inside);
  if (next(cursor) !== "}") throw new WireError(`an entry of more than two in "${cursor.text}"`);
  return { code: "{", of: [key, value] };
}

function struct(cursor: Cursor, depth: Depth): Type {
  const of: Type[] = [];
  while (cursor.text[cursor.at] !== ")") of.push(complete(cursor, depth));
  cursor.at += 1;
  if (of.length === 0) throw new WireError("an empty struct");
  return { code: "(", of };
}

const isBasic = (code: string): boolean => basicCodes.includes(code);

function deeper(depth: number): number {
  if (depth === deepest) throw new WireError("a type too deep");
  return depth + 1;
}

function next(cursor: Cursor): string {
  const code = cursor.text[cursor.at];
  if (code === undefined) throw new WireError(`"${cursor.text}" is cut short`);
  cursor.at += 1;
  return code;
}

/** Where a value of the type begins: a multiple of this. */
export function alignmentOf(code: string): number {
  if ("nq".includes(code)) return 2;
  if ("biuhsoa".includes(code)) return 4;
  return "xtd({".includes(code) ? 8 : 1;
}
