import {
  mkAfter,
  mkAliasOptionModule,
  mkChangedOptionModule,
  mkDefault,
  mkForce,
  mkIf,
  mkMergedOptionModule,
  mkOption,
  mkRemovedOptionModule,
  mkRenamedOptionModule,
  types,
} from "../../../src/modules/index.ts";
import { any, type Case, fails, gives, int, type Loose, str, strings } from "../case.ts";

const a = { options: { a: int(1), out: any() } };
const out =
  (read: (options: Loose) => unknown) =>
  ({ options }: Loose) => ({ out: read(options) });
const assertions = {
  options: {
    assertions: mkOption({
      type: types.listOf(types.submodule({ options: { assertion: mkOption({ type: types.bool }), message: str() } })),
      default: [],
    }),
    warnings: strings(),
    x: int(0),
  },
};
const renamed = { options: { new: { name: int(0), list: strings() }, l: strings() } };
const rename = mkRenamedOptionModule(["old"], ["new", "name"]);

export const cases: readonly Case[] = [
  [
    "apply maps the value once",
    [{ options: { x: mkOption({ type: types.int, default: 2, apply: (n: number) => n * 10 }) } }],
    { x: 20 },
  ],
  [
    "apply after merging",
    [
      { options: { x: mkOption({ type: types.listOf(types.int), apply: (n: readonly number[]) => n.length }) } },
      { x: [1] },
      { x: [2] },
    ],
    { x: 2 },
  ],
  [
    "apply is what modules read",
    [
      { options: { x: mkOption({ type: types.int, default: 2, apply: (n: number) => `<${n}>` }), y: str("") } },
      ({ config }: Loose) => ({ y: config.x }),
    ],
    { x: "<2>", y: "<2>" },
  ],
  [
    "apply of attributes is read whole",
    [
      {
        options: {
          x: mkOption({
            type: types.attrsOf(types.submodule({ options: { n: int(1) } })),
            default: {},
            apply: (v: object) => Object.keys(v),
          }),
          y: any(),
        },
      },
      { x: { p: {}, q: {} } },
      ({ config }: Loose) => ({ y: config.x }),
    ],
    { x: ["p", "q"], y: ["p", "q"] },
  ],
  [
    "readOnly with one definition",
    [{ options: { x: mkOption({ type: types.int, readOnly: true }) } }, { x: 1 }],
    { x: 1 },
  ],
  [
    "readOnly with a default",
    [{ options: { x: mkOption({ type: types.int, readOnly: true, default: 1 }) } }],
    { x: 1 },
  ],
  [
    "readOnly with a default and a definition",
    [{ options: { x: mkOption({ type: types.int, readOnly: true, default: 1 }) } }, { x: 1 }],
    fails("read-only x"),
  ],
  [
    "readOnly with two definitions",
    [{ options: { x: mkOption({ type: types.int, readOnly: true }) } }, { x: 1 }, { x: mkForce(1) }],
    fails("read-only x"),
  ],
  [
    "readOnly in a submodule",
    [
      {
        options: {
          s: mkOption({
            type: types.submodule({ options: { x: mkOption({ type: types.int, readOnly: true, default: 1 }) } }),
          }),
        },
      },
      { s: { x: 2 } },
    ],
    fails("read-only s.x"),
  ],
  ["isDefined of a default", [a, out((o) => o.a.isDefined)], { a: 1, out: false }],
  ["isDefined of a definition", [a, { a: 2 }, out((o) => o.a.isDefined)], { a: 2, out: true }],
  ["isDefined of mkIf false", [a, { a: mkIf(false, 2) }, out((o) => o.a.isDefined)], { a: 1, out: false }],
  ["isDefined of mkDefault", [a, { a: mkDefault(2) }, out((o) => o.a.isDefined)], { a: 2, out: true }],
  [
    "definitions are those that win",
    [
      { options: { a: strings(), out: any() } },
      { a: ["x"] },
      { a: mkDefault(["z"]) },
      { a: mkAfter(["y"]) },
      out((o) => o.a.definitions),
    ],
    { a: ["x", "y"], out: [["x"], ["y"]] },
  ],
  ["highestPrio of a default", [a, out((o) => o.a.highestPrio)], { a: 1, out: 1500 }],
  ["highestPrio of a definition", [a, { a: 2 }, out((o) => o.a.highestPrio)], { a: 2, out: 100 }],
  ["highestPrio of mkForce", [a, { a: 2 }, { a: mkForce(3) }, out((o) => o.a.highestPrio)], { a: 3, out: 50 }],
  [
    "highestPrio of nothing",
    [{ options: { a: int(), out: any() } }, out((o) => o.a.highestPrio)],
    gives({ problems: [] }),
  ],
  ["value by options", [a, { a: 4 }, out((o) => o.a.value)], { a: 4, out: 4 }],
  ["type by options", [a, out((o) => o.a.type.name)], { a: 1, out: "int" }],
  [
    "a definition where another is not",
    [{ options: { p: int(0), q: int(0) } }, ({ options }: Loose) => mkIf(!options.p.isDefined, { q: 1 })],
    { p: 0, q: 1 },
  ],
  ["assertions that hold", [assertions, { assertions: [{ assertion: true, message: "no" }] }], gives({ problems: [] })],
  [
    "every assertion that fails is told",
    [
      assertions,
      ({ config }: Loose) => ({
        assertions: [
          { assertion: config.x > 0, message: "x" },
          { assertion: false, message: "y" },
          { assertion: true, message: "z" },
        ],
      }),
    ],
    fails("assertion assertions.[0]", "assertion assertions.[1]"),
  ],
  ["warnings", [assertions, { warnings: ["be careful"] }], gives({ warnings: ["warning warnings.[0]"] })],
  [
    "renamed: the old name defines the new",
    [renamed, rename, { old: 3 }],
    gives({ config: { new: { name: 3, list: [] }, l: [], old: 3 }, warnings: ["deprecated-option old"] }),
  ],
  [
    "renamed: without a definition it is silent",
    [renamed, rename, { new: { name: 3 } }],
    { new: { name: 3, list: [] }, l: [], old: 3 },
  ],
  [
    "renamed: keeps a low priority",
    [renamed, rename, { old: mkDefault(3) }, { new: { name: 4 } }],
    gives({ config: { new: { name: 4, list: [] }, l: [], old: 4 }, warnings: ["deprecated-option old"] }),
  ],
  [
    "renamed: keeps mkForce",
    [renamed, rename, { old: mkForce(3) }, { new: { name: 4 } }],
    gives({ config: { new: { name: 3, list: [] }, l: [], old: 3 }, warnings: ["deprecated-option old"] }),
  ],
  [
    "renamed: a conflict of old and new",
    [renamed, rename, { old: 3 }, { new: { name: 4 } }],
    gives({ problems: ["conflict new.name"], warnings: ["deprecated-option old"] }),
  ],
  [
    "renamed: keeps the order of lists",
    [
      renamed,
      mkRenamedOptionModule(["o"], ["new", "list"]),
      { o: mkAfter(["z"]) },
      { o: ["a"] },
      { new: { list: ["b"] } },
    ],
    gives({
      config: { new: { name: 0, list: ["a", "b", "z"] }, l: [], o: ["a", "b", "z"] },
      warnings: ["deprecated-option o"],
    }),
  ],
  [
    "renamed: a wrong type is told for the new name",
    [renamed, rename, { old: "x" }],
    gives({ problems: ["wrong-type new.name"], warnings: ["deprecated-option old"] }),
  ],
  [
    "renamed: from below a group",
    [renamed, mkRenamedOptionModule(["g", "old"], ["new", "name"]), { g: { old: 2 } }],
    gives({ config: { new: { name: 2, list: [] }, l: [], g: { old: 2 } }, warnings: ["deprecated-option g.old"] }),
  ],
  [
    "alias: both names work, in silence",
    [renamed, mkAliasOptionModule(["alias"], ["new", "name"]), { alias: 5 }],
    { new: { name: 5, list: [] }, l: [], alias: 5 },
  ],
  [
    "alias: read by a module",
    [
      renamed,
      mkAliasOptionModule(["alias"], ["new", "name"]),
      { new: { name: 5 } },
      ({ config }: Loose) => ({ l: [`${config.alias}`] }),
    ],
    { new: { name: 5, list: [] }, l: ["5"], alias: 5 },
  ],
  [
    "removed: says so",
    [renamed, mkRemovedOptionModule(["gone"], "use new.name"), { gone: 1 }],
    fails("removed-option gone"),
  ],
  [
    "removed: silent without a definition",
    [renamed, mkRemovedOptionModule(["gone"], "use new.name")],
    gives({ problems: [] }),
  ],
  [
    "changed: mapped",
    [renamed, mkChangedOptionModule(["o"], ["new", "name"], (s: string) => s.length), { o: "abc" }],
    gives({ config: { new: { name: 3, list: [] }, l: [], o: "abc" }, warnings: ["deprecated-option o"] }),
  ],
  [
    "changed: keeps priorities",
    [
      renamed,
      mkChangedOptionModule(["o"], ["new", "name"], (s: string) => s.length),
      { o: mkDefault("abc") },
      { new: { name: 9 } },
    ],
    gives({ config: { new: { name: 9, list: [] }, l: [], o: "abc" }, warnings: ["deprecated-option o"] }),
  ],
  [
    "changed: silent without a definition",
    [renamed, mkChangedOptionModule(["o"], ["new", "name"], (s: string) => s.length)],
    { new: { name: 0, list: [] }, l: [], o: null },
  ],
  [
    "merged: several become one",
    [
      renamed,
      mkMergedOptionModule([["p"], ["q"]], ["new", "name"], (p: number = 0, q: number = 0) => p + q),
      { p: 1 },
      { q: 2 },
    ],
    gives({
      config: { new: { name: 3, list: [] }, l: [], p: 1, q: 2 },
      warnings: ["deprecated-option p", "deprecated-option q"],
    }),
  ],
  [
    "merged: not asked without a definition",
    [
      renamed,
      mkMergedOptionModule([["p"], ["q"]], ["new", "name"], () => {
        throw new Error("asked");
      }),
    ],
    { new: { name: 0, list: [] }, l: [], p: null, q: null },
  ],
];
