import { mkDefault, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { any, bool, type Case, fails, int, type Loose, str, strings } from "../case.ts";

const abc = { options: { a: int(0), b: int(0), c: int(0) } };
const boxes = {
  options: {
    boxes: mkOption({
      type: types.attrsOf(types.submodule({ options: { size: int(1), label: str("") } })),
      default: {},
    }),
    total: int(0),
    names: strings(),
  },
};
const chain = (length: number, order: (i: number) => number) => [
  { options: Object.fromEntries(Array.from({ length }, (_, i) => [`o${i}`, int()])) },
  ...Array.from({ length }, (_, index) => {
    const i = order(index);
    return ({ config }: Loose) => ({ [`o${i}`]: i === 0 ? 0 : config[`o${i - 1}`] + 1 });
  }),
];

export const cases: readonly Case[] = [
  ["what another module sets", [abc, { a: 1 }, ({ config }: Loose) => ({ b: config.a + 1 })], { a: 1, b: 2, c: 0 }],
  ["… later in the list", [abc, ({ config }: Loose) => ({ b: config.a + 1 }), { a: 1 }], { a: 1, b: 2, c: 0 }],
  ["a default of another option", [abc, ({ config }: Loose) => ({ b: config.a })], { a: 0, b: 0, c: 0 }],
  ["what the module itself defines", [abc, ({ config }: Loose) => ({ a: 1, b: config.a + 1 })], { a: 1, b: 2, c: 0 }],
  [
    "… without a default",
    [{ options: { a: int(), b: int() } }, ({ config }: Loose) => ({ a: 1, b: config.a + 1 })],
    { a: 1, b: 2 },
  ],
  [
    "… overridden by another",
    [abc, ({ config }: Loose) => ({ a: 1, b: config.a + 1 }), { a: mkForce(5) }],
    { a: 5, b: 6, c: 0 },
  ],
  [
    "a chain within one module",
    [abc, ({ config }: Loose) => ({ a: 1, b: config.a + 1, c: config.b + 1 })],
    { a: 1, b: 2, c: 3 },
  ],
  [
    "a chain to and fro between two modules",
    [abc, ({ config }: Loose) => ({ a: 1, c: config.b + 1 }), ({ config }: Loose) => ({ b: config.a + 1 })],
    { a: 1, b: 2, c: 3 },
  ],
  [
    "fifty modules, backwards",
    chain(50, (i) => 49 - i),
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`o${i}`, i])),
  ],
  [
    "fifty modules, forwards",
    chain(50, (i) => i),
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`o${i}`, i])),
  ],
  [
    "five hundred modules",
    chain(500, (i) => 499 - i),
    Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`o${i}`, i])),
  ],
  [
    "a container computed from another, in one module",
    [boxes, ({ config }: Loose) => ({ boxes: { a: { size: 2 }, b: { size: config.boxes.a.size * 2 } } })],
    { boxes: { a: { size: 2, label: "" }, b: { size: 4, label: "" } }, names: [], total: 0 },
  ],
  [
    "… in two modules",
    [
      boxes,
      ({ config }: Loose) => ({ boxes: { b: { size: config.boxes.a.size * 2 } } }),
      { boxes: { a: { size: 2 } } },
    ],
    { boxes: { a: { size: 2, label: "" }, b: { size: 4, label: "" } }, names: [], total: 0 },
  ],
  [
    "a list of all, in the module that defines them",
    [
      boxes,
      ({ config }: Loose) => ({
        boxes: { a: {}, b: { size: 2 } },
        names: Object.keys(config.boxes),
        total: Object.values<Loose>(config.boxes).reduce((sum, box) => sum + box.size, 0),
      }),
    ],
    { boxes: { a: { size: 1, label: "" }, b: { size: 2, label: "" } }, names: ["a", "b"], total: 3 },
  ],
  [
    "one of them computed from the list of all names",
    [boxes, ({ config }: Loose) => ({ boxes: { a: {}, b: { label: Object.keys(config.boxes).join() } } })],
    { boxes: { a: { size: 1, label: "" }, b: { size: 1, label: "a,b" } }, names: [], total: 0 },
  ],
  [
    "boxes made from a list in config",
    [
      boxes,
      { names: ["x", "y"] },
      ({ config }: Loose) => ({ boxes: Object.fromEntries(config.names.map((name: string) => [name, { size: 3 }])) }),
      ({ config }: Loose) => ({ total: Object.keys(config.boxes).length }),
    ],
    { boxes: { x: { size: 3, label: "" }, y: { size: 3, label: "" } }, names: ["x", "y"], total: 2 },
  ],
  [
    "… read by a module before it",
    [
      boxes,
      ({ config }: Loose) => ({ total: Object.keys(config.boxes).length }),
      ({ config }: Loose) => ({ boxes: Object.fromEntries(config.names.map((name: string) => [name, {}])) }),
      { names: ["x", "y"] },
    ],
    { boxes: { x: { size: 1, label: "" }, y: { size: 1, label: "" } }, names: ["x", "y"], total: 2 },
  ],
  [
    "a module adds to a box from what it reads of it",
    [
      boxes,
      { boxes: { a: { size: 7 } } },
      ({ config }: Loose) => ({ boxes: { a: { label: `size ${config.boxes.a.size}` } } }),
    ],
    { boxes: { a: { size: 7, label: "size 7" } }, names: [], total: 0 },
  ],
  [
    "a box that is not there is undefined",
    [boxes, ({ config }: Loose) => ({ total: config.boxes.none === undefined ? 1 : 2 })],
    { boxes: {}, names: [], total: 1 },
  ],
  [
    "`in` asks without defining",
    [
      boxes,
      { boxes: { a: {} } },
      ({ config }: Loose) => ({ names: ["a", "b"].filter((name) => name in config.boxes) }),
    ],
    { boxes: { a: { size: 1, label: "" } }, names: ["a"], total: 0 },
  ],
  [
    "spread of a box",
    [
      boxes,
      { boxes: { a: { size: 2, label: "x" } } },
      ({ config }: Loose) => ({ boxes: { b: { ...config.boxes.a, size: 3 } } }),
    ],
    { boxes: { a: { size: 2, label: "x" }, b: { size: 3, label: "x" } }, names: [], total: 0 },
  ],
  [
    "JSON of a part",
    [
      boxes,
      { options: { json: str("") } },
      { boxes: { a: {} } },
      ({ config }: Loose) => ({ json: JSON.stringify(config.boxes) }),
    ],
    { boxes: { a: { size: 1, label: "" } }, names: [], total: 0, json: '{"a":{"label":"","size":1}}' },
  ],
  ["destructuring config", [abc, { a: 3 }, ({ config: { a } }: Loose) => ({ b: a })], { a: 3, b: 3, c: 0 }],
  [
    "a branch on config",
    [abc, { a: 1 }, ({ config }: Loose) => (config.a > 0 ? { b: 1 } : { c: 1 })],
    { a: 1, b: 1, c: 0 },
  ],
  [
    "a branch that could define what it reads",
    [abc, { a: 1 }, ({ config }: Loose) => (config.a > 5 ? { a: 1 } : { c: 1 })],
    { a: 1, b: 0, c: 1 },
  ],
  [
    "a loop over config",
    [
      { options: { n: int(3), l: strings() } },
      ({ config }: Loose) => ({ l: Array.from({ length: config.n }, (_, i) => `${i}`) }),
    ],
    { n: 3, l: ["0", "1", "2"] },
  ],
  [
    "a value of type anything from another",
    [{ options: { p: any(), q: any() } }, { p: { a: [1] } }, ({ config }: Loose) => ({ q: config.p })],
    { p: { a: [1] }, q: { a: [1] } },
  ],
  [
    "a module catches what its reading throws",
    [
      abc,
      ({ config }: Loose) => {
        try {
          return { b: config.a.toFixed().length };
        } catch {
          return {};
        }
      },
      { a: 12 },
    ],
    { a: 12, b: 2, c: 0 },
  ],
  [
    "a module may not change config",
    [
      abc,
      ({ config }: Loose) => {
        config.a = 1;
        return {};
      },
    ],
    fails("module-error"),
  ],
  [
    "an option of config that does not exist",
    [abc, ({ config }: Loose) => ({ a: config.nope })],
    fails("module-error"),
  ],
  [
    "an option without value that is read",
    [{ options: { a: int(), b: int(0) } }, ({ config }: Loose) => ({ b: config.a + 1 })],
    fails("undefined-option a"),
  ],
  [
    "a wrong value that is read is told once",
    [
      { options: { a: int(), b: int(0), c: int(0) } },
      { a: "x" },
      ({ config }: Loose) => ({ b: config.a + 1 }),
      ({ config }: Loose) => ({ c: config.b + 1 }),
    ],
    fails("wrong-type a"),
  ],
  [
    "a module that fails by a wrong element of what it read is no further problem",
    [
      { options: { l: strings(), b: int(0) } },
      { l: ["x", 3] },
      ({ config }: Loose) => ({ b: config.l.map((word: string) => word.length).length }),
    ],
    fails("wrong-type l.[1]"),
  ],
  [
    "a module that throws",
    [
      abc,
      () => {
        throw new Error("no");
      },
    ],
    fails("module-error"),
  ],
  [
    "a module that cannot run on unknown values",
    [
      { options: { j: str("{}"), n: int(0) } },
      { j: '{"n":4}' },
      { config: ({ config }: Loose) => ({ n: JSON.parse(config.j).n }) },
    ],
    { j: '{"n":4}', n: 4 },
  ],
  [
    "a loop that would not end on unknown values",
    [
      { options: { p: any(), n: int(0) } },
      { p: { next: { next: null } } },
      {
        config: ({ config }: Loose) => {
          let n = 0;
          for (let at = config.p; at; at = at.next) n++;
          return { n };
        },
      },
    ],
    { p: { next: { next: null } }, n: 2 },
  ],
  [
    "mkDefault from config",
    [abc, { a: 1 }, ({ config }: Loose) => ({ b: mkDefault(config.a) }), { b: 5 }],
    { a: 1, b: 5, c: 0 },
  ],
  [
    "a knot within a condition's content",
    [
      { options: { on: bool(), a: int(0), b: int(0) } },
      ({ config }: Loose) => mkMerge([{ on: true }, mkIf(config.on, { a: 1, b: config.a + 1 })]),
    ],
    { on: true, a: 1, b: 2 },
  ],
  [
    "groups are read whole",
    [
      { options: { g: { a: int(1), b: int(2) }, l: strings() } },
      ({ config }: Loose) => ({ l: Object.entries(config.g).map(([k, v]) => `${k}${v}`) }),
    ],
    { g: { a: 1, b: 2 }, l: ["a1", "b2"] },
  ],
];
