/** What the evaluator promises beside values: how often modules run, how deep they may need each other, what it leaves alone. */
import { describe, expect, test } from "vitest";
import { evalModules, mkIf, mkOption, placesOf, types } from "../../src/modules/index.ts";
import { recordObject } from "../../src/modules/place.ts";
import { int, type Loose, outcome, strings } from "./case.ts";

const chain = (length: number, read: (config: Loose, name: string) => number = (config, name) => config[name]) => [
  { options: Object.fromEntries(Array.from({ length }, (_, i) => [`o${i}`, int()])) },
  ...Array.from({ length }, (_, i) => ({
    config: ({ config }: Loose) => ({ [`o${i}`]: i === length - 1 ? 0 : read(config, `o${i + 1}`) + 1 }),
  })),
];

describe("modules that need each other", () => {
  test("two thousand in a row, the first needing all others, do not overflow the stack", () => {
    const { config, problems } = outcome(chain(2000));
    expect(problems).toEqual([]);
    expect(config.o0).toBe(1999);
  });

  test("… also where each catches what its reading throws", () => {
    const careful = (config: Loose, name: string) => {
      try {
        return config[name];
      } catch {
        return -1000;
      }
    };
    expect(outcome(chain(300, careful)).config.o0).toBe(299);
  });

  test("without a knot each runs once, after it was looked at once, in any order", () => {
    for (const reverse of [false, true]) {
      const runs = new Map<string, number>();
      const counted = (name: string, of: string | undefined) => ({
        config: ({ config }: Loose) => {
          runs.set(name, (runs.get(name) ?? 0) + 1);
          return { [name]: of ? config[of] + 1 : 0 };
        },
      });
      const modules = [counted("a", "b"), counted("b", "c"), counted("c", undefined)];
      const { config } = outcome([
        { options: { a: int(), b: int(), c: int() } },
        ...(reverse ? modules.reverse() : modules),
      ]);
      expect(config).toEqual({ a: 2, b: 1, c: 0 });
      expect([...runs.values()]).toEqual([2, 2, 2]);
    }
  });

  test("an error of a cycle comes at once", () => {
    const ring = Array.from({ length: 200 }, (_, i) => ({
      config: ({ config }: Loose) => ({ [`o${i}`]: config[`o${(i + 1) % 200}`] + 1 }),
    }));
    const before = performance.now();
    const { problems } = outcome([chain(200)[0], ...ring]);
    expect(problems).toEqual(["cycle o0"]);
    // A generous bound: it is some 50 ms on a machine that does nothing else.
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test("its chain goes all the way round", () => {
    const ring = ["a", "b", "c"].map((name, i) => ({ config: ({ config }: Loose) => ({ [name]: config["bca"[i]!] }) }));
    const { issues } = evalModules({ modules: [{ options: { a: int(0), b: int(0), c: int(0) } }, ...ring] });
    expect(issues[0]?.details).toEqual(["a is computed from b", "b is computed from c", "c is computed from a"]);
  });

  test("a submodule that always contains another is a problem, not an overflow", () => {
    const node: Loose = types.submodule({
      options: {
        get child(): Loose {
          return mkOption({ type: node });
        },
      },
    });
    const { problems } = outcome([{ options: { tree: mkOption({ type: node }) } }]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^too-deep tree\.child/);
  });

  test("attributes whose names only config knows, read before they are made", () => {
    const boxes = mkOption({ type: types.attrsOf(types.submodule({ options: { n: int(1) } })), default: {} });
    const names = ["x", "y", "z"];
    const { config, problems } = outcome([
      { options: { boxes, names: strings(), sum: int(0), last: int(0) } },
      ({ config: c }: Loose) => ({ sum: c.boxes.x.n + c.boxes.z.n }),
      ({ config: c }: Loose) => ({
        boxes: Object.fromEntries(c.names.map((name: string, n: number) => [name, { n }])),
      }),
      ({ config: c }: Loose) => ({ last: mkIf("z" in c.boxes, 9) }),
      { names },
    ]);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ sum: 2, last: 9 });
  });
});

describe("evalModules", () => {
  const base = {
    options: { a: int(1), l: strings(), box: mkOption({ type: types.attrsOf(types.anything), default: {} }) },
  };

  test("freezes what it gives", () => {
    const { config } = evalModules({ modules: [base, { l: ["x"], box: { y: { z: 1 } } }] });
    for (const part of [config, config.l, config.box, config.box.y as object]) expect(Object.isFrozen(part)).toBe(true);
  });

  test("leaves what modules gave as it was", () => {
    const given = { l: ["x"], box: { y: { z: 1 } } };
    const copy = structuredClone(given);
    evalModules({ modules: [base, given] });
    expect(given).toEqual(copy);
    expect(Object.isFrozen(given.l)).toBe(false);
  });

  test("specialArgs can be used in imports", () => {
    const { config } = evalModules({
      modules: [base, ({ more }: Loose) => ({ imports: [more] })],
      specialArgs: { more: { a: 5 } },
    });
    expect(config.a).toBe(5);
  });

  test("extendModules adds modules and arguments", () => {
    const first = evalModules({ modules: [base], specialArgs: { n: 3 } });
    const second = first.extendModules({ modules: [({ n, m }: Loose) => ({ a: n + m })], specialArgs: { m: 4 } });
    expect(second.config.a).toBe(7);
    expect(first.config.a).toBe(1);
  });

  test("options of the evaluation tell about definitions", () => {
    const { options } = evalModules({ modules: [base, { a: 2 }] });
    expect(options.a).toMatchObject({ isDefined: true, value: 2, definitions: [2], highestPrio: 100 });
    expect(options.l).toMatchObject({ isDefined: false, highestPrio: 1500 });
    expect(Object.keys(options)).toEqual(["a", "box", "l"]);
  });

  test("an attribute called __proto__ is an attribute", () => {
    const { config } = evalModules({ modules: [base, { box: JSON.parse('{"__proto__": {"polluted": true}}') }] });
    expect(Object.keys(config.box)).toEqual(["__proto__"]);
    expect(({} as Loose).polluted).toBeUndefined();
    expect((config.box as Loose).polluted).toBeUndefined();
  });

  test("keys come out sorted, whoever wrote them in which order", () => {
    const text = (...modules: Loose[]) => JSON.stringify(evalModules({ modules }).config);
    const [x, y] = [{ options: { x: int(1) } }, { options: { y: int(2) } }];
    expect(text(y, x, { ...base })).toBe(text(base, x, y));
    expect(text(base, { box: { b: 1, a: 2 } })).toBe(text(base, { box: { a: 2 } }, { box: { b: 1 } }));
  });

  test("places of an option with several definitions, and of none", () => {
    const at = (line: number, object: object) => {
      recordObject(
        object,
        "host.ts",
        Object.keys(object).flatMap((key) => [key, line, 1]),
        [],
      );
      return object;
    };
    const evaluation = evalModules({ modules: [base, at(1, { l: ["x"] }), at(2, { l: ["y"] }), at(3, { l: ["y"] })] });
    expect(placesOf(evaluation, ["l"]).map((place) => place.line)).toEqual([1, 2, 3]);
    expect(placesOf(evaluation, ["l", "0"]).map((place) => place.line)).toEqual([1]);
    expect(placesOf(evaluation, ["a"])).toEqual([]);
  });

  test("a type of somebody's own is as good as ours", () => {
    const sum = {
      name: "sum",
      description: "number (definitions are added up)",
      check: (value: unknown) => typeof value === "number",
      merging: {
        by: "value" as const,
        merge: (all: readonly { value: unknown }[]) => all.reduce((s, d) => s + (d.value as number), 0),
      },
      schema: () => ({ type: "number" }),
    };
    const { config } = outcome([{ options: { s: mkOption({ type: sum }) } }, { s: 1 }, { s: 2 }]);
    expect(config.s).toBe(3);
  });
});
