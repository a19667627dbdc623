import { lib, mkDefault, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { type Case, fails, int, type Loose, str, strings } from "../case.ts";

const x = { options: { x: int(0) } };
const l = { options: { l: strings() } };
const keyed = () => ({ key: "one", l: ["a"] });
const shared = { l: ["a"] };

export const cases: readonly Case[] = [
  ["no modules", [], {}],
  ["an empty module", [{}], {}],
  ["options without config", [x], { x: 0 }],
  ["options and config", [{ options: { x: int(0) }, config: { x: 1 } }], { x: 1 }],
  ["a function without arguments", [x, () => ({ x: 1 })], { x: 1 }],
  [
    "a function with lib",
    [({ lib: given }: Loose) => ({ options: { x: given.mkOption({ type: given.types.int, default: 3 }) } })],
    { x: 3 },
  ],
  ["lib is ours", [x, ({ lib: given }: Loose) => ({ x: given === lib ? 1 : 2 })], { x: 1 }],
  ["a function that returns mkIf", [x, () => mkIf(true, { x: 1 })], { x: 1 }],
  ["imports", [x, { imports: [{ x: 1 }] }], { x: 1 }],
  ["imports beside definitions", [x, { imports: [l], x: 1 }], { x: 1, l: [] }],
  ["imports of imports", [x, { imports: [{ imports: [{ x: 1 }] }] }], { x: 1 }],
  ["imports that go round", [l, round()], { l: ["a"] }],
  ["one module imported twice counts once", [l, { imports: [shared] }, shared], { l: ["a"] }],
  ["two modules with one key count once", [l, keyed(), keyed()], { l: ["a"] }],
  ["two equal modules without key are two", [l, { l: ["a"] }, { l: ["a"] }], { l: ["a", "a"] }],
  ["disabledModules by key", [l, keyed(), { disabledModules: ["one"], l: ["b"] }], { l: ["b"] }],
  ["disabledModules by the module", [l, shared, { disabledModules: [shared] }], { l: [] }],
  [
    "what a disabled module imports is gone too",
    [l, { key: "k", imports: [{ l: ["a"] }] }, { disabledModules: ["k"] }],
    { l: [] },
  ],
  ["a namespace of import * as", [x, { default: { x: 1 }, [Symbol.toStringTag]: "Module" }], { x: 1 }],
  ["a path in place of a module", [x, { imports: ["./web.ts"] }], fails("bad-module")],
  ["null in place of a module", [x, null], fails("bad-module")],
  ["a list in place of a module", [x, [{ x: 1 }]], fails("bad-module")],
  ["definitions beside config", [{ options: { x: int(0) }, config: {}, x: 1 }], fails("bad-module")],
  [
    "imports that hang on config",
    [x, ({ config }: Loose) => ({ imports: config.x > 0 ? [] : [{ x: 1 }] })],
    fails("module-error"),
  ],
  ["an option declared twice with one type", [x, x, { options: { x: int(0) } }, { x: 3 }], { x: 3 }],
  ["… with different defaults", [x, { options: { x: int(1) } }], fails("bad-declaration x")],
  ["… with different types", [x, { options: { x: str() } }], fails("bad-declaration x")],
  [
    "enums are joined",
    [
      { options: { e: mkOption({ type: types.enum("a"), default: "a" }) } },
      { options: { e: mkOption({ type: types.enum("b") }) } },
      { e: "b" },
    ],
    { e: "b" },
  ],
  [
    "nested enums are joined",
    [
      { options: { e: mkOption({ type: types.listOf(types.enum("a")), default: [] }) } },
      { options: { e: mkOption({ type: types.listOf(types.enum("b")) }) } },
      { e: ["a", "b"] },
    ],
    { e: ["a", "b"] },
  ],
  [
    "an option and a group of one name",
    [{ options: { g: int(0) } }, { options: { g: { a: int(0) } } }],
    fails("bad-declaration g"),
  ],
  [
    "a group and an option of one name",
    [{ options: { g: { a: int(0) } } }, { options: { g: int(0) } }],
    fails("bad-declaration g"),
  ],
  ["an option that is no option", [{ options: { x: 5 } }], fails("bad-declaration x")],
  [
    "options of one group in several modules",
    [{ options: { g: { a: int(1) } } }, { options: { g: { b: int(2) } } }],
    { g: { a: 1, b: 2 } },
  ],
  ["an unknown option", [x, { y: 1 }], fails("unknown-option y")],
  [
    "several problems are told together",
    [x, l, { y: 1 }, { x: "a" }, { l: [1] }],
    fails("wrong-type l.[0]", "wrong-type x", "unknown-option y"),
  ],
  ["a value where a group is", [{ options: { g: { a: int(1) } } }, { g: 5 }], fails("wrong-type g")],
  ["a module that returns a number", [x, () => 5], fails("bad-module")],
  [
    "freeform: undeclared names",
    [
      { options: { x: int(0) }, freeformType: types.attrsOf(types.str) },
      { y: "a", x: 1 },
    ],
    { x: 1, y: "a" },
  ],
  ["freeform: typed", [{ options: {}, freeformType: types.attrsOf(types.str) }, { y: 5 }], fails("wrong-type y")],
  [
    "freeform: merged",
    [{ options: {}, freeformType: types.attrsOf(types.listOf(types.int)) }, { y: [1] }, { y: [2] }],
    { y: [1, 2] },
  ],
  [
    "freeform: priorities",
    [{ options: {}, freeformType: types.attrsOf(types.int) }, { y: mkDefault(1) }, { y: 2 }, { z: mkForce(3) }],
    { y: 2, z: 3 },
  ],
  [
    "freeform: below a group",
    [{ options: { g: { a: int(1) } }, freeformType: types.attrsOf(types.anything) }, { g: { b: 2 } }],
    { g: { a: 1, b: 2 } },
  ],
  [
    "freeform: read",
    [
      { options: { x: int(0) }, freeformType: types.attrsOf(types.int) },
      { y: 4 },
      ({ config }: Loose) => ({ x: config.y }),
    ],
    { x: 4, y: 4 },
  ],
  [
    "freeform: a name that the same module defines is read",
    [
      { options: { x: int(0) }, freeformType: types.attrsOf(types.int) },
      ({ config }: Loose) => ({ x: config.y, y: 4 }),
    ],
    { x: 4, y: 4 },
  ],
  [
    "freeform: declared, where an undeclared name is there",
    [
      { options: { x: int(0) } },
      { freeformType: types.attrsOf(types.int) },
      ({ config }: Loose) => ({ x: mkIf("y" in config, config.y) }),
      { y: 4 },
    ],
    { x: 4, y: 4 },
  ],
  [
    "freeform: declared, where the undeclared name is not there",
    [
      { options: { x: int(0) } },
      { freeformType: types.attrsOf(types.int) },
      ({ config }: Loose) => ({ x: mkIf("y" in config, config.y) }),
    ],
    { x: 0 },
  ],
  [
    "freeform: undeclared, from a declared one",
    [
      { options: { x: int(3) } },
      { freeformType: types.lazyAttrsOf(types.int) },
      ({ config }: Loose) => ({ y: config.x }),
    ],
    { x: 3, y: 3 },
  ],
  [
    "freeform: a cycle through undeclared names",
    [{ freeformType: types.attrsOf(types.int) }, ({ config }: Loose) => ({ y: config.z, z: config.y })],
    fails("cycle y"),
  ],
  [
    "_module.check: unknown names are left out in silence",
    [{ options: { x: int(1) } }, { y: 3 }, { _module: { check: false } }],
    { x: 1 },
  ],
  [
    "freeform: types of two modules are joined",
    [
      { freeformType: types.attrsOf(types.submodule({ options: { a: int(1) } })) },
      { freeformType: types.attrsOf(types.submodule({ options: { b: int(2) } })) },
      { y: {} },
    ],
    { y: { a: 1, b: 2 } },
  ],
  ["a type where an option should be", [{ options: { x: types.str } }], fails("bad-declaration x")],
  ["an option where a definition should be", [{ options: {}, config: { x: int(1) } }], fails("unknown-option x")],
  [
    "lazyAttrsOf: a condition that does not hold leaves the empty value",
    [
      { options: { a: mkOption({ type: types.lazyAttrsOf(types.listOf(types.int)) }) } },
      { a: { x: mkIf(false, [1]), y: [2] } },
    ],
    { a: { x: [], y: [2] } },
  ],
  [
    "anything: functions are merged by what they return",
    [
      { options: { f: mkOption({ type: types.anything, apply: (f: Loose) => f(1) }) } },
      { f: (n: number) => ({ a: n }) },
      { f: () => ({ b: 2 }) },
    ],
    { f: { a: 1, b: 2 } },
  ],
  [
    "freeform: a condition",
    [{ options: {}, freeformType: types.attrsOf(types.int) }, mkIf(false, { y: 4 }), mkMerge([{ z: 1 }])],
    { z: 1 },
  ],
  [
    "freeform in a submodule",
    [
      {
        options: {
          s: mkOption({ type: types.submodule({ options: { x: int(1) }, freeformType: types.attrsOf(types.int) }) }),
        },
      },
      { s: { y: 2 } },
    ],
    { s: { x: 1, y: 2 } },
  ],
  ["_module.args", [x, { _module: { args: { seed: 4 } } }, ({ seed }: Loose) => ({ x: seed })], { x: 4 }],
  [
    "_module.args from config",
    [
      x,
      { options: { y: int(2) } },
      ({ config }: Loose) => ({ _module: { args: { twice: config.y * 2 } } }),
      ({ twice }: Loose) => ({ x: twice }),
    ],
    { x: 4, y: 2 },
  ],
  ["an argument that nobody gives", [x, ({ nope }: Loose) => ({ x: nope.value })], fails("module-error")],
  ["an argument with a default of its own", [x, ({ nope = 7 }: Loose) => ({ x: nope })], { x: 7 }],
  [
    "options in a function that needs config",
    [({ config }: Loose) => ({ options: { a: int(1), b: int(0) }, config: { b: config.a + 1 } })],
    { a: 1, b: 2 },
  ],
  [
    "a default from config",
    [
      ({ config }: Loose) => ({ options: { a: int(1), b: mkOption({ type: types.int, default: config.a + 1 }) } }),
      { a: 5 },
    ],
    { a: 5, b: 6 },
  ],
  [
    "apply that reads config",
    [
      ({ config }: Loose) => ({
        options: { a: int(2), b: mkOption({ type: types.int, default: 3, apply: (n: number) => n * config.a }) },
      }),
    ],
    { a: 2, b: 6 },
  ],
  [
    "a config function in a function",
    [(_: Loose) => ({ options: { a: int(1), b: int(0) }, config: ({ config }: Loose) => ({ b: config.a }) })],
    { a: 1, b: 1 },
  ],
];

function round(): Loose {
  const a: Loose = { l: ["a"] };
  const b: Loose = { imports: [a] };
  a.imports = [b];
  return a;
}
