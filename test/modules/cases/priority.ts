import {
  mkDefault,
  mkForce,
  mkIf,
  mkMerge,
  mkOption,
  mkOptionDefault,
  mkOverride,
  types,
} from "../../../src/modules/index.ts";
import { type Case, fails, int, str, strings } from "../case.ts";

const x = { options: { x: int(0) } };
const list = { options: { l: strings() } };
const attrs = { options: { a: mkOption({ type: types.attrsOf(types.int), default: {} }) } };
const group = { options: { g: { a: int(0), b: int(0), deep: { c: int(0) } } } };

export const cases: readonly Case[] = [
  ["a default stands where there is no definition", [x], { x: 0 }],
  ["a definition wins over the default", [x, { x: 1 }], { x: 1 }],
  ["mkDefault wins over the default", [x, { x: mkDefault(1) }], { x: 1 }],
  ["a plain definition wins over mkDefault", [x, { x: mkDefault(1) }, { x: 2 }], { x: 2 }],
  ["mkForce wins over a plain definition", [x, { x: mkForce(1) }, { x: 2 }], { x: 1 }],
  ["mkForce wins over mkDefault in the same module", [x, mkMerge([{ x: mkForce(1) }, { x: mkDefault(2) }])], { x: 1 }],
  ["mkOverride of a lower number wins", [x, { x: mkOverride(10, 1) }, { x: mkForce(2) }], { x: 1 }],
  ["mkOverride between plain and mkDefault", [x, { x: mkOverride(500, 1) }, { x: mkDefault(2) }], { x: 1 }],
  ["mkOptionDefault merges with the default", [list, { l: mkOptionDefault(["a"]) }], { l: ["a"] }],
  ["two plain definitions that differ are a conflict", [x, { x: 1 }, { x: 2 }], fails("conflict x")],
  ["two equal definitions are none", [x, { x: 1 }, { x: 1 }], { x: 1 }],
  ["two mkForce that differ are a conflict", [x, { x: mkForce(1) }, { x: mkForce(2) }], fails("conflict x")],
  ["two mkDefault that differ are a conflict", [x, { x: mkDefault(1) }, { x: mkDefault(2) }], fails("conflict x")],
  ["a conflict of losers does not matter", [x, { x: 1 }, { x: 2 }, { x: mkForce(3) }], { x: 3 }],
  [
    "only the best priority is merged into a list",
    [list, { l: ["a"] }, { l: mkForce(["b"]) }, { l: ["c"] }],
    { l: ["b"] },
  ],
  ["several mkForce of a list are merged", [list, { l: mkForce(["a"]) }, { l: mkForce(["b"]) }], { l: ["a", "b"] }],
  ["mkDefault of a list gives way as a whole", [list, { l: mkDefault(["a"]) }, { l: ["b"] }], { l: ["b"] }],
  [
    "mkForce around a group",
    [group, { g: mkForce({ a: 1, deep: { c: 2 } }) }, { g: { a: 9, b: 3, deep: { c: 9 } } }],
    { g: { a: 1, b: 3, deep: { c: 2 } } },
  ],
  [
    "mkDefault around a group",
    [group, { g: mkDefault({ a: 1, b: 1 }) }, { g: { a: 2 } }],
    { g: { a: 2, b: 1, deep: { c: 0 } } },
  ],
  ["mkForce around a whole module", [x, mkForce({ x: 1 }), { x: 2 }], { x: 1 }],
  [
    "the innermost priority counts",
    [group, { g: mkDefault({ a: mkForce(1), b: 1 }) }, { g: { a: 2, b: 2 } }],
    { g: { a: 1, b: 2, deep: { c: 0 } } },
  ],
  ["mkForce in a mkIf", [x, { x: mkIf(true, mkForce(1)) }, { x: 2 }], { x: 1 }],
  ["mkIf in a mkForce", [x, { x: mkForce(mkIf(false, 1)) }, { x: 2 }], { x: 2 }],
  [
    "mkForce of one attribute",
    [attrs, { a: { p: mkForce(1), q: 1 } }, { a: { p: 2, r: 3 } }],
    { a: { p: 1, q: 1, r: 3 } },
  ],
  ["mkForce of all attributes", [attrs, { a: mkForce({ p: 1 }) }, { a: { q: 2 } }], { a: { p: 1 } }],
  [
    "mkDefault of all attributes gives way as a whole",
    [attrs, { a: mkDefault({ p: 1 }) }, { a: { q: 2 } }],
    { a: { q: 2 } },
  ],
  ["mkDefault of single attributes stays", [attrs, { a: { p: mkDefault(1) } }, { a: { q: 2 } }], { a: { p: 1, q: 2 } }],
  ["mkForce of an element of a list", [list, { l: [mkForce("a"), "b"] }], { l: ["a", "b"] }],
  ["a mkMerge of two priorities", [x, { x: mkMerge([mkDefault(1), 2]) }], { x: 2 }],
  ["a default may have a priority of its own", [{ options: { x: int(mkForce(1)) } }, { x: 2 }], { x: 1 }],
  [
    "a default may be a mkMerge",
    [
      {
        options: {
          l: mkOption({ type: types.listOf(types.str), default: mkMerge<readonly string[]>([["a"], ["b"]]) }),
        },
      },
    ],
    { l: ["a", "b"] },
  ],
  ["undefined is no definition", [x, { x: undefined }, { x: 1 }], { x: 1 }],
  ["undefined within a group is none", [group, { g: { a: undefined, b: 1 } }], { g: { a: 0, b: 1, deep: { c: 0 } } }],
  ["an option without default that nobody reads is no problem", [{ options: { s: str(), x: int(1) } }], { x: 1 }],
];
