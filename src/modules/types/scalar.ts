/** Types whose value is one thing: strings, numbers, booleans, words of a list. */
import { Conflict, type Definition, type JsonSchema, type OptionType } from "../option-type.ts";
import { same } from "../same.ts";

/** Several equal definitions are fine, two different ones of one priority are a conflict. */
export function mergeEqual(definitions: readonly Definition[]): unknown {
  const first = definitions[0]!.value;
  return definitions.every((definition) => same(definition.value, first))
    ? first
    : new Conflict(
        "has different definitions of the same priority",
        "keep one, or give one of them mkForce or mkDefault",
      );
}

interface ScalarSpec {
  readonly name: string;
  readonly description: string;
  check(value: unknown): boolean;
  why?(value: unknown): string | undefined;
  readonly schema: JsonSchema;
  merge?(definitions: readonly Definition[]): unknown;
}

/** A type whose definitions become one value with nothing nested. */
export function scalar<T>(spec: ScalarSpec): OptionType<T, T> {
  const type: OptionType<T, T> = {
    name: spec.name,
    description: spec.description,
    check: spec.check,
    ...(spec.why && { why: spec.why }),
    merging: { by: "value", merge: spec.merge ?? mergeEqual, keeps: spec.merge === undefined },
    join: (other) => (other.name === spec.name && other.description === spec.description ? type : undefined),
    schema: () => spec.schema,
  };
  return type;
}

const isString = (value: unknown): value is string => typeof value === "string";

export const str = scalar<string>({ name: "str", description: "string", check: isString, schema: { type: "string" } });

export const nonEmptyStr = scalar<string>({
  name: "nonEmptyStr",
  description: "string with more than white space in it",
  check: (value) => isString(value) && value.trim() !== "",
  schema: { type: "string", pattern: "\\S" },
});

export const singleLineStr = scalar<string>({
  name: "singleLineStr",
  description: "string of one line",
  check: (value) => isString(value) && !/[\n\r]/.test(value),
  schema: { type: "string", pattern: "^[^\\n\\r]*$" },
});

/** A string that the whole of `pattern` matches; anchors are added. `description` says it for people. */
export function strMatching(pattern: RegExp, description = `string matching ${pattern}`): OptionType<string, string> {
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ""));
  return scalar({
    name: "strMatching",
    description,
    check: (value) => isString(value) && whole.test(value),
    schema: { type: "string", pattern: whole.source },
  });
}

/** Strings of several definitions are joined, in order. */
export function separatedString(separator: string): OptionType<string, string> {
  return scalar({
    name: "separatedString",
    description: `string (several definitions are joined with ${JSON.stringify(separator)})`,
    check: isString,
    merge: (definitions) => definitions.map((definition) => definition.value as string).join(separator),
    schema: { type: "string" },
  });
}

export const lines: OptionType<string, string> = {
  ...separatedString("\n"),
  name: "lines",
  description: "text (several definitions become further lines)",
};
export const commas: OptionType<string, string> = { ...separatedString(","), name: "commas" };

export const bool = scalar<boolean>({
  name: "bool",
  description: "boolean",
  check: (value) => typeof value === "boolean",
  schema: { type: "boolean" },
});

export const int = scalar<number>({
  name: "int",
  description: "integer",
  check: Number.isSafeInteger,
  schema: { type: "integer" },
});

export const number = scalar<number>({
  name: "number",
  description: "number",
  check: Number.isFinite,
  schema: { type: "number" },
});

function between(low: number, high: number, name = "between"): OptionType<number, number> {
  const bounds = { ...(low > -Infinity && { minimum: low }), ...(high < Infinity && { maximum: high }) };
  const said =
    high === Infinity ? `of at least ${low}` : low === -Infinity ? `of at most ${high}` : `between ${low} and ${high}`;
  return scalar({
    name: `ints.${name}`,
    description: `integer ${said}`,
    check: (value) => Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high,
    schema: { type: "integer", ...bounds },
  });
}

/** Integers with bounds; both bounds belong to the range. */
export const ints = {
  between: (low: number, high: number) => between(low, high),
  unsigned: between(0, Infinity, "unsigned"),
  positive: between(1, Infinity, "positive"),
  u8: between(0, 2 ** 8 - 1, "u8"),
  u16: between(0, 2 ** 16 - 1, "u16"),
  u32: between(0, 2 ** 32 - 1, "u32"),
  s8: between(-(2 ** 7), 2 ** 7 - 1, "s8"),
  s16: between(-(2 ** 15), 2 ** 15 - 1, "s16"),
  s32: between(-(2 ** 31), 2 ** 31 - 1, "s32"),
};

/** A TCP or UDP port. 0 is allowed, as it is in systemd and in the kernel; forwards refuse it themselves. */
export const port = between(0, 65535, "port");

export const path = scalar<string>({
  name: "path",
  description: "absolute path",
  // A path ends up in unit files and argument lists: one line, whatever the sink.
  check: (value) => isString(value) && value.startsWith("/") && isOneLine(value),
  why: (value) => (isString(value) && !value.startsWith("/") ? "it must begin with /" : undefined),
  schema: { type: "string", pattern: "^/" },
});

/** No control characters, and well-formed Unicode: half of a surrogate pair has no bytes. */
export function isOneLine(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return /^[ -~]*$/.test(text) || !/[\u0000-\u001f\u007f\p{Surrogate}]/u.test(text);
}

type Word = string | number | boolean | null;

/** One of the given words: `types.enum("tcp", "udp")` or `types.enum(["tcp", "udp"])`. */
export function enumOf<const V extends readonly Word[]>(words: V): OptionType<V[number], V[number]>;
export function enumOf<const V extends readonly Word[]>(...words: V): OptionType<V[number], V[number]>;
export function enumOf(...given: readonly unknown[]): OptionType {
  return enumType((Array.isArray(given[0]) ? given[0] : given) as readonly Word[]);
}

interface EnumType extends OptionType {
  readonly words: readonly Word[];
}

function enumType(words: readonly Word[]): OptionType {
  const type: EnumType = {
    ...scalar({
      name: "enum",
      description: `one of ${words.map((word) => JSON.stringify(word)).join(", ")}`,
      check: (value) => words.includes(value as Word),
      schema: { enum: words },
    }),
    words,
    join: (other) =>
      other.name === "enum" ? enumType([...new Set([...words, ...(other as EnumType).words])]) : undefined,
  };
  return type;
}
