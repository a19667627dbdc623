import { lib, mkDefault, mkForce, mkIf, mkMerge, mkOption, types } from "../../../src/modules/index.ts";
import { bool, type Case, fails, gives, int, type Loose, str, strings } from "../case.ts";

// A function and a list work too, though the compiler does not take them.
const submodule = types.submodule as Loose;
const sub = (module: Loose) => ({
  options: { boxes: mkOption({ type: types.attrsOf(submodule(module)), default: {} }) },
});
const plain = sub({ options: { size: int(1), tags: strings() } });
const named = sub({
  options: { label: str(""), size: int(1) },
  config: ({ name, config }: Loose) => ({ label: mkDefault(`${name}-${config.size}`) }),
});
const one = (module: Loose) => ({ options: { box: mkOption({ type: submodule(module) }) } });

export const cases: readonly Case[] = [
  [
    "an option declared below one is an option of it",
    [one({ options: { a: int(1) } }), { options: { box: { b: int(2) } } }, { box: { b: 3 } }],
    { box: { a: 1, b: 3 } },
  ],
  [
    "an option declared below one, before it and deep",
    [{ options: { box: { c: { d: int(2) } } } }, one({ options: { a: int(1) } }), { box: { c: { d: 3 } } }],
    { box: { a: 1, c: { d: 3 } } },
  ],
  [
    "an option declared below something else",
    [{ options: { box: int(1) } }, { options: { box: { b: int(2) } } }],
    fails("bad-declaration box"),
  ],
  ["an empty one has its defaults", [plain, { boxes: { a: {} } }], { boxes: { a: { size: 1, tags: [] } } }],
  [
    "definitions of several modules",
    [plain, { boxes: { a: { size: 2 } } }, { boxes: { a: { tags: ["x"] }, b: {} } }],
    { boxes: { a: { size: 2, tags: ["x"] }, b: { size: 1, tags: [] } } },
  ],
  [
    "priorities inside",
    [plain, { boxes: { a: { size: mkDefault(2) } } }, { boxes: { a: { size: 3 } } }],
    { boxes: { a: { size: 3, tags: [] } } },
  ],
  [
    "mkForce of one",
    [plain, { boxes: { a: mkForce({ size: 2 }) } }, { boxes: { a: { size: 3, tags: ["x"] } } }],
    { boxes: { a: { size: 2, tags: [] } } },
  ],
  [
    "mkIf around one",
    [plain, { boxes: { a: mkIf(false, { size: 2 }), b: mkIf(true, {}) } }],
    { boxes: { b: { size: 1, tags: [] } } },
  ],
  [
    "mkMerge inside one",
    [plain, { boxes: { a: mkMerge([{ tags: ["x"] }, { tags: ["y"] }]) } }],
    { boxes: { a: { size: 1, tags: ["x", "y"] } } },
  ],
  ["its name", [named, { boxes: { web: {} } }], { boxes: { web: { label: "web-1", size: 1 } } }],
  ["its own config", [named, { boxes: { web: { size: 4 } } }], { boxes: { web: { label: "web-4", size: 4 } } }],
  [
    "a definition wins over its own",
    [named, { boxes: { web: { label: "x" } } }],
    { boxes: { web: { label: "x", size: 1 } } },
  ],
  [
    "a definition that is a function",
    [plain, { boxes: { a: ({ name, config }: Loose) => ({ size: 3, tags: [`${name}${config.size}`] }) } }],
    { boxes: { a: { size: 3, tags: ["a3"] } } },
  ],
  [
    "a function and an object",
    [plain, { boxes: { a: ({ config }: Loose) => ({ tags: [`${config.size}`] }) } }, { boxes: { a: { size: 9 } } }],
    { boxes: { a: { size: 9, tags: ["9"] } } },
  ],
  [
    "lib in a function",
    [plain, { boxes: { a: ({ lib: given }: Loose) => ({ size: given === lib ? 5 : 6 }) } }],
    { boxes: { a: { size: 5, tags: [] } } },
  ],
  [
    "the module around it",
    [plain, { options: { n: int(7) } }, { boxes: { a: ({ parent }: Loose) => ({ size: parent.n }) } }],
    { boxes: { a: { size: 7, tags: [] } }, n: 7 },
  ],
  [
    "extended by a second declaration",
    [plain, sub({ options: { colour: str("red") } }), { boxes: { a: { colour: "blue" } } }],
    { boxes: { a: { size: 1, tags: [], colour: "blue" } } },
  ],
  [
    "a second declaration with config",
    [plain, sub({ options: {}, config: ({ name }: Loose) => ({ tags: [name] }) }), { boxes: { a: {} } }],
    { boxes: { a: { size: 1, tags: ["a"] } } },
  ],
  ["alone, without a default", [one({ options: { x: int(1) } })], { box: { x: 1 } }],
  [
    "alone, its name is the option's",
    [one({ options: { x: str("") }, config: ({ name }: Loose) => ({ x: name }) })],
    { box: { x: "box" } },
  ],
  [
    "null or one",
    [
      {
        options: { box: mkOption({ type: types.nullOr(submodule({ options: { x: int(1) } })), default: null }) },
      },
    ],
    { box: null },
  ],
  [
    "null or one, defined",
    [
      {
        options: { box: mkOption({ type: types.nullOr(submodule({ options: { x: int(1) } })), default: null }) },
      },
      { box: {} },
    ],
    { box: { x: 1 } },
  ],
  [
    "null and one are a conflict",
    [
      {
        options: { box: mkOption({ type: types.nullOr(submodule({ options: { x: int(1) } })), default: null }) },
      },
      { box: {} },
      { box: null },
    ],
    fails("conflict box"),
  ],
  [
    "in a list",
    [
      {
        options: {
          l: mkOption({
            type: types.listOf(
              submodule({ options: { x: int(1), n: str("") }, config: ({ name }: Loose) => ({ n: name }) }),
            ),
            default: [],
          }),
        },
      },
      { l: [{}, { x: 2 }] },
    ],
    {
      l: [
        { n: "0", x: 1 },
        { n: "1", x: 2 },
      ],
    },
  ],
  [
    "in one another",
    [
      sub({
        options: {
          inner: mkOption({
            type: types.attrsOf(submodule({ options: { n: str("") }, config: ({ name }: Loose) => ({ n: name }) })),
            default: {},
          }),
        },
      }),
      { boxes: { a: { inner: { b: {} } } } },
    ],
    { boxes: { a: { inner: { b: { n: "b" } } } } },
  ],
  [
    "the parent of an inner one is the outer one",
    [
      sub({
        options: {
          x: int(4),
          inner: mkOption({
            type: submodule({ options: { n: int(0) }, config: ({ parent }: Loose) => ({ n: parent.x }) }),
          }),
        },
      }),
      { boxes: { a: {} } },
    ],
    { boxes: { a: { x: 4, inner: { n: 4 } } } },
  ],
  [
    "an option called config",
    [
      sub({ options: { config: mkOption({ type: types.anything, default: {} }), options: int(0) } }),
      { boxes: { a: { config: { x: 1 }, options: 2 } } },
    ],
    { boxes: { a: { config: { x: 1 }, options: 2 } } },
  ],
  [
    "groups of options in it",
    [sub({ options: { net: { ip: str("-"), port: int(80) } } }), { boxes: { a: { net: { ip: "x" } } } }],
    { boxes: { a: { net: { ip: "x", port: 80 } } } },
  ],
  ["an unknown option", [plain, { boxes: { a: { sise: 2 } } }], fails("unknown-option boxes.a.sise")],
  ["a wrong type", [plain, { boxes: { a: { size: "2" } } }], fails("wrong-type boxes.a.size")],
  [
    "a conflict in it",
    [plain, { boxes: { a: { size: 2 } } }, { boxes: { a: { size: 3 } } }],
    fails("conflict boxes.a.size"),
  ],
  ["not an object", [plain, { boxes: { a: 5 } }], fails("wrong-type boxes.a")],
  [
    "from a function module: options by name",
    [
      {
        options: {
          boxes: mkOption({
            type: types.attrsOf(submodule(({ name }: Loose) => ({ options: { label: str(name) } }))),
            default: {},
          }),
        },
      },
      { boxes: { a: {}, b: { label: "x" } } },
    ],
    { boxes: { a: { label: "a" }, b: { label: "x" } } },
  ],
  [
    "from a function module: default by config",
    [
      {
        options: {
          boxes: mkOption({
            type: types.attrsOf(submodule(({ config }: Loose) => ({ options: { x: int(1), y: int(config.x + 1) } }))),
            default: {},
          }),
        },
      },
      { boxes: { a: { x: 4 } } },
    ],
    { boxes: { a: { x: 4, y: 5 } } },
  ],
  [
    "from a list of modules",
    [
      {
        options: {
          box: mkOption({ type: submodule([{ options: { x: int(1) } }, { options: { y: int(2) } }, { x: 5 }]) }),
        },
      },
    ],
    { box: { x: 5, y: 2 } },
  ],
  [
    "submoduleWith: definitions are modules",
    [
      { options: { box: mkOption({ type: types.submoduleWith({ modules: [{ options: { x: int(1) } }] }) }) } },
      { box: { options: { y: int(2) }, config: { x: 4 } } },
    ],
    { box: { x: 4, y: 2 } },
  ],
  [
    "submoduleWith: specialArgs",
    [
      {
        options: {
          box: mkOption({
            type: types.submoduleWith({
              modules: [{ options: { x: int(1) }, config: ({ seed }: Loose) => ({ x: seed }) }],
              specialArgs: { seed: 9 },
            }),
          }),
        },
      },
    ],
    { box: { x: 9 } },
  ],
  [
    "imports in a submodule",
    [sub({ options: { x: int(1) }, imports: [{ options: { y: int(2) }, config: { x: 3 } }] }), { boxes: { a: {} } }],
    { boxes: { a: { x: 3, y: 2 } } },
  ],
  [
    "assignment to a box",
    [
      plain,
      { boxes: { a: {} } },
      ({ config }: Loose) => {
        config.boxes.a.size = 2;
        return {};
      },
    ],
    fails("module-error"),
  ],
  [
    "apply of an option in it",
    [
      sub({ options: { s: mkOption({ type: types.str, default: "a", apply: (s: string) => s.toUpperCase() }) } }),
      { boxes: { a: {}, b: { s: "x" } } },
    ],
    { boxes: { a: { s: "A" }, b: { s: "X" } } },
  ],
  [
    "a recursive type",
    [{ options: { tree: mkOption({ type: tree(), default: {} }) } }, { tree: { x: { children: { y: {} } } } }],
    { tree: { x: { size: 1, children: { y: { size: 1, children: {} } } } } },
  ],
  [
    "a warning for a former option inside",
    [
      sub({
        options: { old: mkOption({ type: types.nullOr(types.int), default: null, deprecated: "is now called new" }) },
      }),
      { boxes: { a: { old: 1 }, b: {} } },
    ],
    gives({ config: { boxes: { a: { old: 1 }, b: { old: null } } }, warnings: ["deprecated-option boxes.a.old"] }),
  ],
  [
    "on and off",
    [
      sub({ options: { on: bool(), x: int(0) }, config: ({ config }: Loose) => mkIf(config.on, { x: 1 }) }),
      { boxes: { a: { on: true }, b: {} } },
    ],
    { boxes: { a: { on: true, x: 1 }, b: { on: false, x: 0 } } },
  ],
];

function tree(): Loose {
  const node: Loose = submodule({
    options: {
      size: int(1),
      get children(): Loose {
        return mkOption({ type: types.attrsOf(node), default: {} });
      },
    },
  });
  return types.attrsOf(node);
}
