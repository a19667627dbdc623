import { mkDefault, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { any, bool, type Case, fails, int, type Loose, str } from "../case.ts";

const ints = { options: { a: int(0), b: int(0), c: int(0) } };
const bools = { options: { a: bool(), b: bool(), c: bool() } };
const boxes = {
  options: {
    boxes: mkOption({
      type: types.attrsOf(types.submodule({ options: { size: int(1), on: bool() } })),
      default: {},
    }),
    total: int(0),
  },
};

export const cases: readonly Case[] = [
  ["a = a + 1", [ints, ({ config }: Loose) => ({ a: config.a + 1 })], fails("cycle a")],
  ["… without a default", [{ options: { a: int() } }, ({ config }: Loose) => ({ a: config.a + 1 })], fails("cycle a")],
  ["a = !a", [bools, ({ config }: Loose) => ({ a: !config.a })], fails("cycle a")],
  ["a = a, which settles", [ints, ({ config }: Loose) => ({ a: config.a })], fails("cycle a")],
  [
    "a text that grows",
    [{ options: { a: str("") } }, ({ config }: Loose) => ({ a: `${config.a}x` })],
    fails("cycle a"),
  ],
  [
    "a value of type anything",
    [{ options: { a: any() } }, ({ config }: Loose) => ({ a: [config.a] })],
    fails("cycle a"),
  ],
  [
    "a condition on what it defines, which settles",
    [bools, ({ config }: Loose) => mkIf(config.a, { a: true })],
    fails("cycle a"),
  ],
  ["a condition on what it forbids", [bools, ({ config }: Loose) => mkIf(!config.a, { a: true })], fails("cycle a")],
  [
    "a branch on what it defines",
    [bools, ({ config }: Loose) => (config.a ? { a: true } : { b: true })],
    fails("cycle a"),
  ],
  [
    "mkForce in a condition on itself",
    [bools, { a: true }, ({ config }: Loose) => mkIf(config.a, { a: mkForce(false) })],
    fails("cycle a"),
  ],
  [
    "a = b, b = a",
    [ints, ({ config }: Loose) => ({ a: config.b }), ({ config }: Loose) => ({ b: config.a })],
    fails("cycle a"),
  ],
  ["a = b, b = a in one module", [ints, ({ config }: Loose) => ({ a: config.b, b: config.a })], fails("cycle a")],
  [
    "a = !b, b = !a, which has two solutions",
    [bools, ({ config }: Loose) => ({ a: !config.b }), ({ config }: Loose) => ({ b: !config.a })],
    fails("cycle a"),
  ],
  [
    "a ring of three",
    [
      ints,
      ({ config }: Loose) => ({ a: config.b }),
      ({ config }: Loose) => ({ b: config.c }),
      ({ config }: Loose) => ({ c: config.a }),
    ],
    fails("cycle a"),
  ],
  [
    "two rings are two problems",
    [
      { options: { a: int(0), b: int(0) } },
      ({ config }: Loose) => ({ a: config.a + 1 }),
      ({ config }: Loose) => ({ b: config.b + 1 }),
    ],
    fails("cycle a", "cycle b"),
  ],
  [
    "what hangs on a ring is not told",
    [ints, ({ config }: Loose) => ({ a: config.a + 1 }), ({ config }: Loose) => ({ c: config.a })],
    fails("cycle a"),
  ],
  ["mkDefault of itself", [ints, ({ config }: Loose) => ({ a: mkDefault(config.a) })], fails("cycle a")],
  [
    "mkDefault of itself, and another that wins: still asked for",
    [ints, ({ config }: Loose) => ({ a: mkDefault(config.a) }), { a: 3 }],
    fails("cycle a"),
  ],
  [
    "a box from itself",
    [boxes, ({ config }: Loose) => ({ boxes: { a: { size: config.boxes.a.size + 1 } } })],
    fails("cycle boxes.a.size"),
  ],
  [
    "two boxes from each other",
    [boxes, ({ config }: Loose) => ({ boxes: { a: { size: config.boxes.b.size }, b: { size: config.boxes.a.size } } })],
    fails("cycle boxes.a.size"),
  ],
  [
    "two boxes from each other, in two modules",
    [
      boxes,
      ({ config }: Loose) => ({ boxes: { a: { on: !config.boxes.b.on } } }),
      ({ config }: Loose) => ({ boxes: { b: { on: !config.boxes.a.on } } }),
    ],
    fails("cycle boxes.a.on"),
  ],
  [
    "two boxes from each other, as functions",
    [
      boxes,
      {
        boxes: {
          a: ({ parent }: Loose) => ({ on: !parent.boxes.b.on }),
          b: ({ parent }: Loose) => ({ on: !parent.boxes.a.on }),
        },
      },
    ],
    fails("cycle boxes.a.on"),
  ],
  [
    "a total of boxes that have it",
    [boxes, ({ config }: Loose) => ({ boxes: { a: { size: config.total } }, total: config.boxes.a.size + 1 })],
    fails("cycle boxes.a.size"),
  ],
  [
    "through a submodule and back",
    [
      boxes,
      ({ config }: Loose) => ({ total: config.boxes.a.size + 1 }),
      { boxes: { a: ({ parent }: Loose) => ({ size: parent.total }) } },
    ],
    fails("cycle boxes.a.size"),
  ],
  [
    "boxes made from how many there are",
    [boxes, ({ config }: Loose) => ({ boxes: Object.keys(config.boxes).length === 0 ? { a: {} } : {} })],
    fails("cycle boxes"),
  ],
  [
    "a box that is there if it is there",
    [boxes, ({ config }: Loose) => ({ boxes: mkIf("a" in config.boxes, { a: {} }) })],
    fails("cycle boxes.a"),
  ],
  [
    "a box defines itself in itself",
    [boxes, { boxes: { a: ({ config }: Loose) => ({ size: config.size * 2 }) } }],
    fails("cycle boxes.a.size"),
  ],
  [
    "JSON of everything in a part of it",
    [{ options: { j: str(""), a: int(1) } }, ({ config }: Loose) => ({ j: JSON.stringify(config) })],
    fails("cycle j"),
  ],
  [
    "isDefined of what it defines",
    [ints, ({ options }: Loose) => mkIf(!options.a.isDefined, { a: 1 })],
    fails("cycle a"),
  ],
  [
    "a module that is not pure, in a knot",
    [{ options: { a: any(), b: any() } }, ({ config }: Loose) => ({ a: Math.random(), b: config.a })],
    fails("unsettled a"),
  ],
  [
    "no cycle: two options of one module",
    [ints, ({ config }: Loose) => mkMerge([{ a: 2 }, { b: config.a }])],
    { a: 2, b: 2, c: 0 },
  ],
  [
    "no cycle: a condition that guards others",
    [bools, { a: true }, ({ config }: Loose) => mkMerge([mkIf(config.a, { b: true }), mkIf(config.b, { c: true })])],
    { a: true, b: true, c: true },
  ],
  [
    "no cycle: each box from the one before",
    [
      boxes,
      ({ config }: Loose) => ({
        boxes: { a: {}, b: { size: config.boxes.a.size + 1 }, c: { size: config.boxes.b.size + 1 } },
      }),
    ],
    { total: 0, boxes: { a: { size: 1, on: false }, b: { size: 2, on: false }, c: { size: 3, on: false } } },
  ],
  [
    "no cycle: total and count",
    [
      boxes,
      ({ config }: Loose) => ({ boxes: { a: { size: 5 }, b: { on: config.total > 4 } }, total: config.boxes.a.size }),
    ],
    { total: 5, boxes: { a: { size: 5, on: false }, b: { size: 1, on: true } } },
  ],
];
