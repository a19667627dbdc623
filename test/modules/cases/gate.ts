/** `when` of a module, the option without which it does not count; `host`, the outermost configuration; a shared `name`. */
import { mkDefault, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { bool, type Case, fails, int, type Loose, str, strings } from "../case.ts";

const switched = {
  options: { shop: { enable: bool(), goods: strings(), till: str("none") } },
  when: "shop.enable",
  config: ({ config }: Loose) => ({ l: config.shop.goods, shop: { till: mkDefault("open") } }),
};
const l = { options: { l: strings() } };
const inBoxes = (...imports: Loose[]) => ({
  options: {
    boxes: mkOption({
      type: types.attrsOf(types.submodule({ options: l.options, imports } as Loose)),
      default: {},
    }),
  },
});
const off = { enable: false, goods: [], till: "none" };
const on = { enable: true, goods: ["a"], till: "open" };

const gateOf = (type: Loose, empty: unknown) => ({
  options: { x: mkOption({ type, default: empty }) },
  when: "x",
  config: { l: ["counts"] },
});

export const cases: readonly Case[] = [
  ["off by its default", [l, switched], { l: [], shop: off }],
  ["on", [l, switched, { shop: { enable: true, goods: ["a"] } }], { l: ["a"], shop: on }],
  [
    "off by a definition",
    [l, switched, { shop: { enable: false, goods: ["a"] } }],
    { l: [], shop: { ...off, goods: ["a"] } },
  ],
  [
    "on by one that wins",
    [l, switched, { shop: { enable: false, goods: ["a"] } }, { shop: { enable: mkForce(true) } }],
    { l: ["a"], shop: on },
  ],
  [
    "in each submodule by itself",
    [
      inBoxes(switched),
      { boxes: { a: {}, b: { shop: { goods: ["a"], enable: true } }, c: { l: ["x"], shop: { goods: ["b"] } } } },
    ],
    { boxes: { a: { l: [], shop: off }, b: { l: ["a"], shop: on }, c: { l: ["x"], shop: { ...off, goods: ["b"] } } } },
  ],
  [
    "on by wrappers at any height",
    [
      inBoxes(switched),
      {
        boxes: {
          a: mkIf(true, { shop: { enable: true } }),
          b: { shop: mkMerge([{ enable: true }, { goods: ["a"] }]) },
          c: { shop: { enable: mkIf(false, true) } },
        },
      },
    ],
    { boxes: { a: { l: [], shop: { ...on, goods: [] } }, b: { l: ["a"], shop: on }, c: { l: [], shop: off } } },
  ],
  [
    "on by a module of the same submodule",
    [inBoxes(switched, { shop: { enable: true, goods: ["a"] } }), { boxes: { a: {} } }],
    { boxes: { a: { l: ["a"], shop: on } } },
  ],
  [
    "on by another that is on",
    [
      inBoxes(switched, {
        options: { mall: bool() },
        when: "mall",
        config: { shop: { enable: true, goods: ["a"] } },
      }),
      { boxes: { a: { mall: true }, b: {} } },
    ],
    { boxes: { a: { l: ["a"], shop: on, mall: true }, b: { l: [], shop: off, mall: false } } },
  ],
  [
    "on by an option at the top that another module defines",
    [
      inBoxes({ options: { x: bool() }, when: "x", config: { l: ["a"] } }, { config: () => ({ x: true }) }),
      { boxes: { a: {} } },
    ],
    { boxes: { a: { l: ["a"], x: true } } },
  ],
  [
    "on by its default",
    [inBoxes({ options: { x: bool(true) }, when: "x", config: { l: ["a"] } }), { boxes: { a: {}, b: { x: false } } }],
    { boxes: { a: { l: ["a"], x: true }, b: { l: [], x: false } } },
  ],
  [
    "on by what a type makes of nothing",
    [
      inBoxes({
        options: { x: mkOption({ type: types.bool, default: false, apply: (x) => !x }) },
        when: "x",
        config: { l: ["a"] },
      }),
      { boxes: { a: {} } },
    ],
    { boxes: { a: { l: ["a"], x: true } } },
  ],
  ["on by attributes", [l, gateOf(types.attrsOf(types.int), {}), { x: { a: 1 } }], { l: ["counts"], x: { a: 1 } }],
  ["off without attributes", [l, gateOf(types.attrsOf(types.int), {})], { l: [], x: {} }],
  [
    "off without attributes, of submodules",
    [l, gateOf(types.attrsOf(types.submodule({ options: {} })), {}), { x: {} }],
    { l: [], x: {} },
  ],
  [
    "on with one",
    [l, gateOf(types.attrsOf(types.submodule({ options: {} })), {}), { x: { a: {} } }],
    { l: ["counts"], x: { a: {} } },
  ],
  ["off: null", [l, gateOf(types.nullOr(types.int), null)], { l: [], x: null }],
  ["on: zero is a value", [l, gateOf(types.nullOr(types.int), null), { x: 0 }], { l: ["counts"], x: 0 }],
  [
    "a module that turns itself on is a cycle",
    [{ options: { x: bool() }, when: "x", config: { x: true } }],
    fails("cycle x"),
  ],
  [
    "a function with a gate",
    [
      l,
      ({ config }: Loose) => ({ options: { x: bool(), y: int(0) }, when: "x", config: { l: [`${config.y}`] } }),
      { x: true },
    ],
    { l: ["0"], x: true, y: 0 },
  ],
  [
    "a function with a gate that is shut",
    [l, ({ config }: Loose) => ({ options: { x: bool(), y: int(0) }, when: "x", config: { l: [`${config.y}`] } })],
    { l: [], x: false, y: 0 },
  ],
  [
    "a function of its name, with a gate",
    [
      inBoxes({ options: { x: bool() } }, ({ name }: Loose) => ({ when: "x", config: { l: [name] } })),
      { boxes: { a: { x: true }, b: {} } },
    ],
    { boxes: { a: { l: ["a"], x: true }, b: { l: [], x: false } } },
  ],
  ["an option that is not there", [{ options: {}, when: "x.y", config: {} }], fails("module-error")],
  ["no name of an option", [{ options: {}, when: "x..y", config: {} }], fails("bad-module")],
  ["an option may be called when", [{ options: { when: int(0) }, config: {} }, { when: 3 }], { when: 3 }],
  [
    "host is the outermost configuration",
    [
      l,
      {
        options: {
          boxes: mkOption({
            type: types.attrsOf(
              types.submodule({
                options: {
                  x: int(0),
                  inner: mkOption({
                    type: types.submodule({
                      options: { s: str() },
                      config: ({ host }: Loose) => ({ s: host.l[0] + host.boxes.b.x }),
                    } as Loose),
                  }),
                },
              }),
            ),
          }),
        },
      },
      { l: ["z"], boxes: { a: { inner: {} }, b: { x: 3, inner: { s: mkForce("own") } } } },
    ],
    { l: ["z"], boxes: { a: { x: 0, inner: { s: "z3" } }, b: { x: 3, inner: { s: "own" } } } },
  ],
  [
    "a module that shares the name of what it stands in",
    [
      {
        options: {
          boxes: mkOption({
            type: types.attrsOf(
              types.submodule({
                options: {
                  inner: mkOption({
                    type: types.moduleOf({
                      sharesName: true,
                      options: { s: str(), t: str("") },
                      config: ({ name }: Loose) => ({ s: name }),
                    } as Loose),
                  }),
                },
              }),
            ),
          }),
        },
      },
      { boxes: { a: { inner: {} }, b: { inner: ({ name }: Loose) => ({ t: name }) } } },
    ],
    { boxes: { a: { inner: { s: "a", t: "" } }, b: { inner: { s: "b", t: "b" } } } },
  ],
];
