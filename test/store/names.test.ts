import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, checkStoreName, isStoreName, label, recipeHash, storeName } from "../../src/store/names.ts";

describe("canonical JSON", () => {
  test("sorts keys at every depth and writes no spaces", () => {
    expect(canonicalJson({ b: [1, { d: "x", c: null }], a: true })).toBe('{"a":true,"b":[1,{"c":null,"d":"x"}]}');
  });
  test("leaves out what is undefined, as JSON does", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
  test("refuses what JSON would lose", () => {
    for (const lost of [Number.NaN, () => 1, undefined, 1n]) expect(() => canonicalJson([lost])).toThrow(TypeError);
  });
  test("does not depend on the order in which members were set", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("store names", () => {
  test("are the first 160 bits of the SHA-256, in base32", () => {
    // sha256("{}") = 44136fa355b3678a1146ad16f7e8649e94fb4fc2…, five bits at a time from the left.
    expect(BigInt(`0x${"44136fa355b3678a1146ad16f7e8649e94fb4fc2"}`)).toBe(
      [...recipeHash({})].reduce((n, c) => n * 32n + BigInt("0123456789abcdfghijklmnpqrsvwxyz".indexOf(c)), 0n),
    );
  });
  test("carry a label that a file name can hold", () => {
    expect(storeName({}, "debian-trixie-nginx-light")).toBe(`${recipeHash({})}-debian-trixie-nginx-light`);
    expect(label("../a b/ü")).toBe("a-b--");
    expect(storeName({}, "")).toBe(recipeHash({}));
  });
  test("are recognised whatever the recipe and the label", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (recipe, text) => {
        expect(isStoreName(storeName(recipe, text))).toBe(true);
      }),
    );
  });
  test.each([".building-1-x", "x", "", "..", `${"0".repeat(32)}/x`, `${"0".repeat(32)}-`, `${"e".repeat(32)}-web`])(
    "%j is none",
    (name) => {
      expect(isStoreName(name)).toBe(false);
      expect(() => checkStoreName(name)).toThrow("not the name of a store path");
    },
  );
});
