import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Code, linesOf, textLiteral, type Value } from "../../../src/cli/by-hand/literal.ts";

const textOf = (value: Value, before = "", after = "", indent = 0): string =>
  linesOf(value, before, after, indent)
    .map(({ text }) => text)
    .join("\n");

const evaluated = (text: string): unknown => new Function(`return (${text}\n)`)();

describe("values as literals", () => {
  test("what is written down is what is read", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(12), (value, indent) => {
        expect(evaluated(textOf(value as Value, "", "", indent))).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("strings of any characters, as values and as keys", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (key, value) => {
        const read = evaluated(textOf({ [key]: value, [`${key}x`]: [value] }));
        expect(Object.entries(read as object)).toStrictEqual(Object.entries({ [key]: value, [`${key}x`]: [value] }));
      }),
      { numRuns: 100 },
    );
  });

  test("a key that objects inherit by stays a key", () => {
    const value = Object.fromEntries([["__proto__", { a: 1 }]]) as Value;
    expect(Object.keys(evaluated(textOf(value)) as object)).toStrictEqual(["__proto__"]);
  });

  test("no character that is not seen, or that turns the line around, is in the text", () => {
    expect(textLiteral("a\u202eb\u2028c\u007fd\u0000e\u200bf")).toBe('"a\\u202eb\\u2028c\\u007fd\\u0000e\\u200bf"');
  });

  test("short in one line, long in several", () => {
    expect(textOf({ a: [1, 2], "b-c": "x" })).toBe('{ a: [1, 2], "b-c": "x" }');
    const packages = Array.from({ length: 12 }, (_, at) => `package-${at}`);
    expect(textOf({ packages }, "config: ", ",", 2)).toMatch(/^ {2}config: \{\n {4}packages: \[\n {6}"package-0",\n/);
  });

  test("code stays as it is, each line known", () => {
    const code = new Code("{\n  a: `x\n  y`,\n}", { file: "--config", line: 1 });
    const lines = linesOf({ config: code }, "web: ", ",", 4);
    expect(lines.map(({ text }) => text)).toStrictEqual([
      "    web: {",
      "      config: {",
      "  a: `x",
      "  y`,",
      "},",
      "    },",
    ]);
    expect(lines[2]?.from).toStrictEqual({ file: "--config", line: 2, shift: 0 });
    expect(lines[1]?.from).toStrictEqual({ file: "--config", line: 1, shift: 14 });
  });

  test("what follows code is not part of its comment", () => {
    const code = new Code("{ a: 1 } // one", { file: "--config", line: 1 });
    expect(evaluated(textOf({ config: code, b: 2 }))).toStrictEqual({ config: { a: 1 }, b: 2 });
  });
});
