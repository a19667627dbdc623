/** Values as a person would write them in a host.ts. Pure. */

/** An expression as somebody wrote it, to stand in a definition as it is. */
export class Code {
  constructor(
    readonly text: string,
    /** What it comes from in words of the command line, and where it begins there: its first line has this number. */
    readonly origin: { readonly file: string; readonly line: number },
  ) {}
}

/** What can stand in a definition. */
export type Value = null | boolean | number | string | Code | readonly Value[] | { readonly [key: string]: Value };

/** Columns that a line may have, as the formatter of this project has it. */
const width = 100;

export interface Line {
  readonly text: string;
  /** Of a line of `Code`: what it is a line of. */
  readonly from?: { readonly file: string; readonly line: number; readonly shift: number };
  /** What of the command line says it. */
  readonly flag?: string;
}

/**
 * An expression, and what follows it: in one line where that is short enough.
 * @param indent of the line that it begins in; the first line comes without
 */
export function linesOf(value: Value, before: string, after: string, indent: number): Line[] {
  const pad = " ".repeat(indent);
  if (value instanceof Code) return codeLines(value, `${pad}${before}`, after);
  const short = `${pad}${before}${inOneLine(value)}${after}`;
  if (!hasCode(value) && (isScalar(value) || short.length <= width)) return [{ text: short }];
  const isList = Array.isArray(value);
  const items = isList
    ? (value as readonly Value[]).flatMap((item) => linesOf(item, "", ",", indent + 2))
    : Object.entries(value as object).flatMap(([key, item]) =>
        linesOf(item as Value, `${keyOf(key)}: `, ",", indent + 2),
      );
  const [open, close] = isList ? "[]" : "{}";
  return [{ text: `${pad}${before}${open}` }, ...items, { text: `${pad}${close}${after}` }];
}

/** Its lines stay as they are: spaces may have a meaning in them. */
function codeLines({ text, origin }: Code, before: string, after: string): Line[] {
  const lines = text.split("\n");
  const last = lines.length - 1;
  // What follows must not become part of a comment.
  const ending = lines[last]?.includes("//") ? [{ text: after }] : [];
  return [
    ...lines.map((line, at) => {
      const text = `${at === 0 ? before : ""}${line}${at === last && ending.length === 0 ? after : ""}`;
      return { text, from: { file: origin.file, line: origin.line + at, shift: at === 0 ? before.length : 0 } };
    }),
    ...ending,
  ];
}

const isScalar = (value: Value): boolean => typeof value !== "object" || value === null;

function hasCode(value: Value): boolean {
  if (value instanceof Code) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((one) => hasCode(one as Value));
}

function inOneLine(value: Value): string {
  if (isScalar(value)) return scalarText(value as null | boolean | number | string);
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  const entries = Object.entries(value as object).map(([key, item]) => `${keyOf(key)}: ${inOneLine(item as Value)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function scalarText(value: null | boolean | number | string): string {
  if (typeof value === "string") return textLiteral(value);
  // JSON has no -0.
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

/** JSON, with everything that editors and terminals do not show as it is in its escaped form. */
export const textLiteral = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, escaped);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** In a literal `__proto__: x` would be no property, but what the object inherits from. */
export function keyOf(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : textLiteral(key);
}
