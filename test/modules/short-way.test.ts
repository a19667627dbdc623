/** What a submodule type defines of itself, beside what is given: the short way and the long one must not differ. */
import { afterEach, describe, expect, test } from "vitest";
import { lib, mkDefault, mkForce, mkIf, mkOption, mkOptionDefault, types } from "../../src/modules/index.ts";
import { shortcuts } from "../../src/modules/pass.ts";
import { int, type Loose, outcome, str } from "./case.ts";

afterEach(() => {
  shortcuts.taken = true;
});

function bothWays(modules: () => readonly Loose[]) {
  const [short, long] = [true, false].map((taken) => {
    shortcuts.taken = taken;
    return outcome(modules());
  });
  expect(short).toEqual(long);
  return short!;
}

const nothing = Symbol("nothing");
const ways: Readonly<Record<string, (value: unknown) => unknown>> = {
  none: () => nothing,
  undefined: () => undefined,
  plain: (value) => value,
  mkOptionDefault,
  mkDefault,
  mkForce,
  "mkDefault of nothing": () => mkDefault(undefined),
  "mkIf true": (value) => mkIf(true, value),
  "mkIf false": (value) => mkIf(false, value),
  mkBefore: (value) => lib.mkBefore(value),
  "mkDefault mkIf": (value) => mkDefault(mkIf(true, value)),
  "mkDefault mkForce": (value) => mkDefault(mkForce(value)),
};
const given = Object.keys(ways).filter((way) => !way.startsWith("mkIf"));

describe("own definitions beside given ones", () => {
  for (const [type, value] of [
    [types.str, (word: string) => word],
    [types.listOf(types.str), (word: string) => [word]],
  ] as const) {
    for (const hasDefault of [true, false]) {
      test(`${type.description}, ${hasDefault ? "with" : "without"} a default`, () => {
        for (const own of Object.keys(ways)) {
          for (const from of given) {
            const put = (way: string, word: string) => {
              const definition = ways[way]!(value(word));
              return definition === nothing ? {} : { x: definition };
            };
            const x = mkOption({ type: type as Loose, ...(hasDefault && { default: value("default") }) });
            const box = types.submodule({ options: { x, y: int(1) }, config: () => put(own, "own") } as Loose);
            const options = { boxes: mkOption({ type: types.attrsOf(box), default: {} }) };
            bothWays(() => [{ options }, { boxes: { a: put(from, "given"), b: { y: 2 } } }]);
          }
        }
      });
    }
  }
});

const boxes = (module: Loose) => ({
  options: { boxes: mkOption({ type: types.attrsOf(types.submodule(module)), default: {} }) },
});
const label = { options: { label: str(""), size: int(1) } };
describe("what a submodule reads of itself", () => {
  test("its name: of an attribute, of an element, alone", () => {
    const named = types.submodule({
      options: { n: str() },
      config: ({ name }: Loose) => ({ n: mkDefault(name) }),
    } as Loose);
    const options = {
      list: mkOption({ type: types.listOf(named) }),
      attrs: mkOption({ type: types.attrsOf(types.nullOr(named)) }),
      alone: mkOption({ type: named }),
      group: { inner: mkOption({ type: named }) },
    };
    const config = { list: [{}, { n: "x" }, {}], attrs: { a: {}, b: null }, alone: {}, group: { inner: {} } };
    expect(bothWays(() => [{ options }, config]).config).toEqual({
      list: [{ n: "0" }, { n: "x" }, { n: "2" }],
      attrs: { a: { n: "a" }, b: null },
      alone: { n: "alone" },
      group: { inner: { n: "inner" } },
    });
  });

  test("its config, also where it catches what that throws", () => {
    const reads = ({ name, config }: Loose) => ({ label: mkDefault(`${name}-${config.size}`) });
    const careful = (args: Loose) => {
      try {
        return reads(args);
      } catch {
        return { label: "caught" };
      }
    };
    for (const config of [reads, careful]) {
      const { config: got } = bothWays(() => [boxes({ ...label, config }), { boxes: { a: { size: 4 }, b: {} } }]);
      expect(got.boxes).toEqual({ a: { label: "a-4", size: 4 }, b: { label: "b-1", size: 1 } });
    }
  });

  test("the host's config, by a type that is made in a module", () => {
    const modules = () => [
      ({ config }: Loose) => ({
        options: {
          host: str("h"),
          boxes: mkOption({
            type: types.attrsOf(
              types.submodule({
                ...label,
                config: ({ name }: Loose) => ({ label: `${config.host}-${name}` }),
              } as Loose),
            ),
            default: {},
          }),
        },
      }),
      { host: "z", boxes: { a: {}, b: { size: 2 } } },
    ];
    expect(bothWays(modules).config.boxes).toEqual({ a: { label: "z-a", size: 1 }, b: { label: "z-b", size: 2 } });
  });

  test("itself through the host's config is a cycle", () => {
    const modules = () => [
      ({ config }: Loose) => ({
        options: {
          boxes: mkOption({
            type: types.attrsOf(
              types.submodule({
                ...label,
                config: ({ name }: Loose) => ({ label: `${config.boxes[name].label}x` }),
              } as Loose),
            ),
            default: {},
          }),
        },
      }),
      { boxes: { a: {} } },
    ];
    expect(bothWays(modules).problems).toEqual(["cycle boxes.a.label"]);
  });

  test("an argument that nobody gives, and an error", () => {
    bothWays(() => [boxes({ ...label, config: ({ other }: Loose) => ({ label: other }) }), { boxes: { a: {} } }]);
    const throws = () => {
      throw new Error("no");
    };
    expect(bothWays(() => [boxes({ ...label, config: throws }), { boxes: { a: {} } }]).problems).toEqual([
      "module-error",
    ]);
  });

  test("a wrong name or type among its own definitions", () => {
    for (const own of [{ nolabel: "x" }, { label: 3 }, "text", { size: { a: 1 } }, mkIf(true, { label: "x" })]) {
      bothWays(() => [boxes({ ...label, config: () => own }), { boxes: { a: {}, b: { label: "y" } } }]);
    }
    bothWays(() => [boxes({ ...label, imports: [{ label: "x" }, { size: 2 }] }), { boxes: { a: {} } }]);
    bothWays(() => [boxes({ ...label, imports: [{ label: "x" }, { label: "y" }] }), { boxes: { a: {} } }]);
  });
});
