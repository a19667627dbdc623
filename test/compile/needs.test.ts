import { expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { linesOf } from "../../src/units/index.ts";
import { hostConfig, lock, type ShortContainer } from "./config.ts";

const placesOf = (path: readonly string[]) => [{ file: path.join("."), line: 1, column: 1 }];
const compile = (containers: Record<string, ShortContainer>) =>
  compileConfig(hostConfig(containers), lock, defaultLayout, placesOf);

/** Message, hint and places of each problem. */
function problems(containers: Record<string, ShortContainer>): string[] {
  try {
    compile(containers);
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ message, hint, places = [] }) =>
      [message, hint, ...places.map((place) => place.file)].join("; "),
    );
  }
}

const needing = (...dependsOn: string[]): ShortContainer => ({ dependsOn });
const advice = "take one of them out of another's dependsOn";

test("a container starts after those that it needs, and stops with them", () => {
  const { units, containers } = compile({ web: needing("db", "cache"), db: {}, cache: {} });
  const section = units["container@web.service"]?.sections.Unit ?? {};
  for (const key of ["Requires", "After"])
    expect(linesOf(section[key] ?? []).join(" ")).toContain("container@db.service container@cache.service");
  expect(containers.web?.dependsOn).toEqual(["db", "cache"]);
});

test("an unknown name: with the nearest", () => {
  expect(problems({ web: needing("databse"), database: {} })).toEqual([
    'container web needs "databse", and there is no such container; did you mean database?; containers.web.dependsOn',
  ]);
  expect(problems({ web: needing("xyz"), database: {} })).toEqual([
    'container web needs "xyz", and there is no such container; there are: web, database; containers.web.dependsOn',
  ]);
});

test("a circle: once, in its order, with every place; what only leads to it is not in it", () => {
  expect(problems({ front: needing("b"), b: needing("c"), c: needing("a"), a: needing("b") })).toEqual([
    `containers need each other in a circle: a → b → c → a; ${advice}; containers.a.dependsOn; containers.b.dependsOn; containers.c.dependsOn`,
  ]);
  expect(problems({ a: needing("a") })).toEqual([`container a needs itself; ${advice}; containers.a.dependsOn`]);
  expect(problems({ a: needing("b", "c"), b: needing("d"), c: needing("d"), d: {} })).toEqual([]);
});

test("two circles are two problems", () => {
  const two = problems({ a: needing("b"), b: needing("a"), c: needing("d"), d: needing("c") });
  expect(two.map((text) => text.split(";")[0])).toEqual([
    "containers need each other in a circle: a → b → a",
    "containers need each other in a circle: c → d → c",
  ]);
});

test("always a restart, and never: a contradiction; never, but in place, is none", () => {
  const both = { restartIfChanged: false, onChange: "restart" } as const;
  expect(problems({ web: both })).toHaveLength(1);
  const onChange = (more: ShortContainer) => compile({ web: more }).containers.web?.onChange;
  expect(onChange({ restartIfChanged: false })).toBe("none");
  expect(onChange({ restartIfChanged: false, onChange: "reload" })).toBe("reload");
  expect(onChange({})).toBe("auto");
});
