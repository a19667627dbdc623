import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { sources, violations } from "../tools/layers.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is said about one planted file, beside files that are in order. */
function said(file: string, text: string, others: Record<string, string> = {}): string[] {
  return violations(new Map(Object.entries({ ...others, [file]: text })))
    .filter((violation) => violation.file === file)
    .map(({ line, message }) => `${line}: ${message}`);
}

test("the sources keep the layer rule", () => {
  const files = sources(root);
  expect(files.size).toBeGreaterThan(10);
  expect(violations(files).map(({ file, line, message }) => `src/${file}:${line} ${message}`)).toEqual([]);
});

describe("arrows", () => {
  test("one way only", () => {
    expect(said("plan/diff.ts", 'import { a } from "../apply/apply.ts";')).toEqual([
      "1: plan may not import apply/apply.ts",
    ]);
    expect(said("apply/apply.ts", 'import { a } from "../plan/diff.ts";')).toEqual([]);
  });
  test("modules import nothing but the error's place", () => {
    expect(said("modules/merge.ts", 'import type { Place } from "../error.ts";')).toEqual([]);
    expect(said("modules/types/a.ts", 'import { b } from "../../options/b.ts";')).toEqual([
      "1: modules may not import options/b.ts",
    ]);
  });
  test("one file of a folder where only that is allowed", () => {
    expect(said("compile/a.ts", 'import type { R } from "../systems/recipe.ts";')).toEqual([]);
    expect(said("compile/a.ts", 'import type { R } from "../systems/toplevel.ts";')).toEqual([
      "1: compile may not import systems/toplevel.ts",
    ]);
  });
  test("a file with arrows of its own does not get its folder's", () => {
    expect(said("store/layout.ts", 'import { a } from "./store.ts";')).toEqual([
      "1: store/layout.ts may not import store/store.ts",
    ]);
    expect(said("store/store.ts", 'import { a } from "./layout.ts";')).toEqual([]);
  });
  test("only the observer of a runtime reads the machine", () => {
    expect(said("runtimes/nspawn/observe.ts", 'import { a } from "../../host/systemd.ts";')).toEqual([]);
    expect(said("runtimes/nspawn/unit.ts", 'import { a } from "../../host/systemd.ts";')).toEqual([
      "1: runtimes may not import host/systemd.ts",
    ]);
    expect(said("runtimes/nspawn/unit.ts", 'import { a } from "./observe.ts";')).toEqual([
      "1: runtimes may not import runtimes/nspawn/observe.ts",
    ]);
    expect(said("compile/a.ts", 'import { a } from "../runtimes/nspawn/observe.ts";')).toEqual([
      "1: compile may not import runtimes/nspawn/observe.ts",
    ]);
  });
  test.each([
    'export { a } from "../apply/a.ts";',
    'export * from "../apply/a.ts";',
    'export type { A } from "../apply/a.ts";',
    'const a = await import("../apply/a.ts");',
    'type A = import("../apply/a.ts").A;',
  ])("every form of import counts: %s", (text) => {
    expect(said("units/a.ts", text)).toEqual(["1: units may not import apply/a.ts"]);
  });
  test("nothing outside of src, no unknown folder", () => {
    expect(said("cli/a.ts", 'import { b } from "../../lab/host.ts";')).toEqual([
      "1: imports ../../lab/host.ts, which is outside of src",
    ]);
    expect(said("helpers/a.ts", 'import { b } from "../error.ts";')).toEqual([
      "1: no layer: add helpers to tools/layers.ts",
    ]);
  });
});

describe("pure folders", () => {
  test.each(["fs", "node:fs", "node:fs/promises", "child_process", "node:child_process", "process", "node:process"])(
    "do not import %s",
    (specifier) => {
      expect(said("plan/a.ts", `\nimport * as a from "${specifier}";`)).toEqual([
        `2: is pure and imports ${specifier}`,
      ]);
      expect(said("apply/a.ts", `import * as a from "${specifier}";`)).toEqual([]);
    },
  );
  test("nor by way of another file", () => {
    const others = { "store/names.ts": 'import { read } from "./read.ts";', "store/read.ts": 'import "node:fs";' };
    expect(said("compile/a.ts", 'import { a } from "../store/names.ts";', others)).toEqual([
      "1: is pure and reaches store/names.ts → store/read.ts → node:fs",
    ]);
    expect(said("compile/a.ts", 'import type { A } from "../store/names.ts";', others)).toEqual([]);
  });
  test("nor use the process they run in", () => {
    expect(said("units/a.ts", "export const a = process.env.HOME;")).toEqual(["1: uses the global process"]);
    expect(said("units/a.ts", "// process.env is not read here")).toEqual([]);
  });
});

test("only the command prints", () => {
  expect(said("store/a.ts", 'console.error("x");')).toEqual(["1: uses the global console"]);
  expect(said("cli/a.ts", 'console.error("x");')).toEqual([]);
});

test("files have at most 300 lines", () => {
  expect(said("units/a.ts", "//\n".repeat(300))).toEqual([]);
  expect(said("units/a.ts", "//\n".repeat(301))).toEqual(["301: 301 lines; at most 300"]);
});
