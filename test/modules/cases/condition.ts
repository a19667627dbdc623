import { mkAfter, mkEnableOption, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { bool, type Case, fails, int, type Loose, strings } from "../case.ts";

const x = { options: { on: bool(), x: int(0), l: strings() } };
const on = { on: true };

export const cases: readonly Case[] = [
  ["mkIf true", [x, { x: mkIf(true, 1) }], { on: false, x: 1, l: [] }],
  ["mkIf false", [x, { x: mkIf(false, 1) }], { on: false, x: 0, l: [] }],
  ["mkIf around a module", [x, mkIf(false, { x: 1 }), mkIf(true, { l: ["a"] })], { on: false, x: 0, l: ["a"] }],
  ["mkIf in mkIf", [x, { x: mkIf(true, mkIf(false, 1)) }], { on: false, x: 0, l: [] }],
  [
    "mkMerge of mkIf",
    [x, { l: mkMerge([mkIf(true, ["a"]), mkIf(false, ["b"]), ["c"]]) }],
    { on: false, x: 0, l: ["a", "c"] },
  ],
  [
    "mkMerge around modules",
    [x, mkMerge([{ x: 1 }, { l: ["a"] }, mkIf(false, { x: 2 })])],
    { on: false, x: 1, l: ["a"] },
  ],
  ["mkMerge of nothing", [x, { x: mkMerge([]) }], { on: false, x: 0, l: [] }],
  [
    "mkMerge in mkMerge",
    [x, { l: mkMerge([mkMerge([["a"], ["b"]]), ["c"]]) }],
    { on: false, x: 0, l: ["a", "b", "c"] },
  ],
  [
    "mkIf of a list's element",
    [x, { l: ["a", mkIf(false, "b"), mkIf(true, "c")] }],
    { on: false, x: 0, l: ["a", "c"] },
  ],
  [
    "a condition that is a function",
    [x, on, ({ config }: Loose) => ({ x: mkIf(() => config.on, 1) })],
    { on: true, x: 1, l: [] },
  ],
  [
    "a condition that reads what another module defines",
    [x, on, ({ config }: Loose) => mkIf(config.on, { x: 1 })],
    { on: true, x: 1, l: [] },
  ],
  ["… defined after it", [x, ({ config }: Loose) => mkIf(config.on, { x: 1 }), on], { on: true, x: 1, l: [] }],
  [
    "a condition on an option of the module's own",
    [
      ({ config }: Loose) => ({ options: { e: mkEnableOption("e"), y: int(0) }, config: mkIf(config.e, { y: 1 }) }),
      { e: true },
    ],
    { e: true, y: 1 },
  ],
  [
    "… that is off",
    [({ config }: Loose) => ({ options: { e: mkEnableOption("e"), y: int(0) }, config: mkIf(config.e, { y: 1 }) })],
    { e: false, y: 0 },
  ],
  [
    "… with config as a function",
    [
      { options: { e: mkEnableOption("e"), y: int(0) }, config: ({ config }: Loose) => mkIf(config.e, { y: 1 }) },
      { e: true },
    ],
    { e: true, y: 1 },
  ],
  [
    "a condition over several options, one of them in it",
    [x, { options: { y: int(0) }, config: ({ config }: Loose) => mkIf(config.on, { x: 1, y: config.x + 1 }) }, on],
    { on: true, x: 1, l: [], y: 2 },
  ],
  ["a condition is not a boolean", [x, { x: mkIf(1 as never, 2) }], fails("bad-condition x")],
  ["a condition of undefined", [x, mkIf(undefined as never, { x: 2 })], fails("bad-condition")],
  ["a condition of an element", [x, { l: [mkIf("yes" as never, "a")] }], fails("bad-condition l")],
  ["an unknown option below a false condition is told", [x, mkIf(false, { z: 1 })], fails("unknown-option z")],
  ["a wrong type below a false condition is not", [x, { x: mkIf(false, "a") }], { on: false, x: 0, l: [] }],
  [
    "attributes below a false condition are not there",
    [{ options: { a: mkOption({ type: types.attrsOf(types.int), default: {} }) } }, { a: { p: mkIf(false, 1), q: 2 } }],
    { a: { q: 2 } },
  ],
  [
    "mkIf with mkForce and mkAfter",
    [x, { l: mkIf(true, mkForce(mkAfter(["a"]))) }, { l: ["b"] }],
    { on: false, x: 0, l: ["a"] },
  ],
  [
    "a chain of conditions",
    [
      { options: { a: bool(true), b: bool(), c: bool() } },
      ({ config }: Loose) => mkIf(config.b, { c: true }),
      ({ config }: Loose) => mkIf(config.a, { b: true }),
    ],
    { a: true, b: true, c: true },
  ],
];
