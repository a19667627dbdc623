import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Problem, StowageError } from "../../src/error.ts";
import { loadHost } from "../../src/load/index.ts";
import * as modules from "../../src/modules/index.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "load-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

const options = (cliVersion = "1") => ({
  cacheDir: join(dir, "cache"),
  cliVersion,
  libraries: { stowage: modules, "stowage/modules": modules },
});

const load = (name = "host.ts", version?: string) => loadHost(join(dir, name), options(version));

async function problemsOf(name = "host.ts"): Promise<readonly Problem[]> {
  const error = await load(name).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StowageError);
  return (error as StowageError).problems;
}

const { evalModules, mkOption, types, placesOf } = modules;
const declares = {
  options: {
    name: mkOption({ type: types.str, default: "" }),
    tags: mkOption({ type: types.listOf(types.str), default: [] }),
    boxes: mkOption({
      type: types.attrsOf(types.submodule({ options: { size: mkOption({ type: types.int, default: 1 }) } })),
      default: {},
    }),
  },
};

async function evaluate(name = "host.ts") {
  const { modules: loaded } = await load(name);
  return evalModules({ modules: [declares, ...loaded] });
}

const shown = (places: readonly { file: string; line: number; column: number }[]) =>
  places.map((place) => `${place.file.slice(dir.length + 1)}:${place.line}:${place.column}`);

describe("what a host.ts may hold", () => {
  test("definitions by the program's own library, whatever is beside it", async () => {
    write({
      "host.ts": `import { mkForce } from "stowage";
import { types } from "stowage/modules";
export default { name: mkForce<string>(types.str.name) };`,
    });
    expect((await evaluate()).config).toMatchObject({ name: "str" });
  });

  test("imports with and without ending, .js for .ts, folders, JSON", async () => {
    write({
      "host.ts": `import a from "./a"; import b from "./b.js"; import c from "./c"; import d from "./d.json";
export default { tags: [a, b, c, d.tag] };`,
      "a.ts": `export default "a" satisfies string;`,
      "b.ts": `export default "b" as const;`,
      "c/index.ts": `const x: string = "c"; export default x;`,
      "d.json": `{ "tag": "d" }`,
    });
    expect((await evaluate()).config).toMatchObject({ tags: ["a", "b", "c", "d"] });
  });

  test("TypeScript of every kind", async () => {
    write({
      "host.ts": `enum Size { small = 1, big = 2 }
namespace N { export const tag = "n"; }
class Box { constructor(readonly size: number) {} }
const cast = <number>Size.big;
export default { boxes: { a: { size: new Box(cast).size } }, tags: [N.tag] };`,
    });
    expect((await evaluate()).config).toMatchObject({ boxes: { a: { size: 2 } }, tags: ["n"] });
  });

  test("await, and where the file itself is", async () => {
    write({
      "sub/host.ts": `import { readFile } from "node:fs/promises";
const text = await readFile(new URL("./name", import.meta.url), "utf8");
export default { name: text, tags: [import.meta.dirname, import.meta.filename] };`,
      "sub/name": "from a file",
    });
    const { config } = await evaluate("sub/host.ts");
    expect(config).toMatchObject({ name: "from a file", tags: [join(dir, "sub"), join(dir, "sub/host.ts")] });
  });

  test("an await inside a literal with a spread", async () => {
    write({
      "host.ts": `const base = { size: 4 };
export default { boxes: { a: { ...base, ...(await Promise.resolve({})) } } };`,
    });
    expect((await evaluate()).config).toMatchObject({ boxes: { a: { size: 4 } } });
  });

  test("a function module by `export default function`", async () => {
    write({ "host.ts": `export default function () { return { name: "f" }; }` });
    expect((await evaluate()).config).toMatchObject({ name: "f" });
  });
});

describe("places", () => {
  test("of every key, in any file", async () => {
    write({
      "host.ts": `import box from "./box.ts";
export default {
  name: "n", tags: ["t"],
  boxes: {
    "a": box, ["b"]: { size: 2 } },
};`,
      "box.ts": "export default {\n      size: 3 };",
    });
    const evaluation = await evaluate();
    const at = (...path: string[]) => shown(placesOf(evaluation, path));
    expect(at("name")).toEqual(["host.ts:3:3"]);
    expect(at("tags")).toEqual(["host.ts:3:14"]);
    expect(at("boxes", "a")).toEqual(["host.ts:5:5"]);
    expect(at("boxes", "a", "size")).toEqual(["box.ts:2:7"]);
    expect(at("boxes", "b", "size")).toEqual(["host.ts:5:24"]);
  });

  test("through spreads, wrappers and functions; what is computed has the nearest place", async () => {
    write({
      "host.ts": `import { mkIf, mkMerge, mkForce } from "stowage";
const base = { size: 1 };
const names = ["x", "y"];
export default ({ config }) => mkMerge([
  { boxes: { a: { ...base }, b: mkIf(true, mkForce({ size: 2 })) } },
  { boxes: Object.fromEntries(names.map((n) => [n, { size: 3 }])) },
]);`,
    });
    const evaluation = await evaluate();
    const at = (...path: string[]) => shown(placesOf(evaluation, path));
    expect(at("boxes", "a", "size")).toEqual(["host.ts:2:16"]);
    expect(at("boxes", "b", "size")).toEqual(["host.ts:5:54"]);
    expect(at("boxes", "y")).toEqual(["host.ts:6:5"]);
    expect(at("boxes", "y", "size")).toEqual(["host.ts:6:54"]);
  });

  test("a later key wins over a spread, and a later spread over a key", async () => {
    write({
      "host.ts": `const base = { size: 1 };
export default { boxes: { a: { ...base, size: 2 }, b: { size: 3, ...base } } };`,
    });
    const evaluation = await evaluate();
    expect(shown(placesOf(evaluation, ["boxes", "a", "size"]))).toEqual(["host.ts:2:41"]);
    expect(shown(placesOf(evaluation, ["boxes", "b", "size"]))).toEqual(["host.ts:1:16"]);
  });

  test("are in messages, under the name that was typed", async () => {
    write({ "host.ts": "export default {\n  boxes: { a: { sise: 2 } },\n};" });
    const { issues } = await evaluate();
    expect(issues.map((issue) => modules.renderProblem(issue).replaceAll(`${dir}/`, ""))).toEqual([
      "error[unknown-option]: boxes.a.sise does not exist\n  at host.ts:2:17\n  did you mean size?",
    ]);
  });

  test("an option that nobody defined has the place around it", async () => {
    write({ "host.ts": "export default {\n  boxes: { a: {} },\n};" });
    expect(shown(placesOf(await evaluate(), ["boxes", "a", "size"]))).toEqual(["host.ts:2:12"]);
  });
});

describe("the cache", () => {
  const bundles = () => readdirSync(join(dir, "cache")).filter((name) => name.endsWith("js"));
  const stamp = () => bundles().map((name) => statSync(join(dir, "cache", name)).mtimeMs);

  test("is used again, and belongs to its owner alone", async () => {
    write({ "host.ts": "export default { name: 'a' };" });
    await load();
    const before = stamp();
    await load();
    expect(stamp()).toEqual(before);
    expect(statSync(join(dir, "cache")).mode & 0o777).toBe(0o700);
  });

  test("is closed again if others can write to it", async () => {
    write({ "host.ts": "export default {};" });
    mkdirSync(join(dir, "cache"));
    chmodSync(join(dir, "cache"), 0o777);
    await load();
    expect(statSync(join(dir, "cache")).mode & 0o777).toBe(0o700);
  });

  // As it may be where the directory was open to others before.
  test.each([
    ["that others may write", (path: string) => chmodSync(path, 0o622)],
    ["that is another user's", (path: string) => process.geteuid?.() === 0 && chownSync(path, 1234, 1234)],
    [
      "that is a link",
      (path: string) => {
        renameSync(path, join(dir, "elsewhere"));
        symlinkSync(join(dir, "elsewhere"), path);
      },
    ],
  ])("does not run what is in a file %s", async (what, spoil) => {
    write({ "host.ts": "export default { name: 'right' };" });
    await load();
    for (const kind of ["js", ".json"]) {
      const name = readdirSync(join(dir, "cache")).find((one) => one.endsWith(kind));
      const path = join(dir, "cache", `${name}`);
      const { ino } = lstatSync(path);
      spoil(path);
      expect((await evaluate()).config).toMatchObject({ name: "right" });
      const found = lstatSync(path);
      if (process.geteuid?.() === 0 || !what.includes("user's")) expect(found.ino).not.toBe(ino);
      expect([found.isFile(), found.uid, found.mode & 0o777]).toEqual([true, process.geteuid?.(), 0o600]);
    }
  });

  test.each([
    ["the file changes", { "host.ts": "import x from './x'; export default { name: x + '!' };" }, "old!"],
    ["an import changes", { "x/index.ts": "export default 'new';" }, "new"],
    ["a file appears that is found first", { "x.ts": "export default 'first';" }, "first"],
  ])("is not used when %s", async (_what, change, expected) => {
    write({ "host.ts": "import x from './x'; export default { name: x };", "x/index.ts": "export default 'old';" });
    expect((await evaluate()).config).toMatchObject({ name: "old" });
    write(change);
    expect((await evaluate()).config).toMatchObject({ name: expected });
    expect(bundles()).toHaveLength(1);
  });

  test("of another version of the program is not used", async () => {
    write({ "host.ts": "export default {};" });
    await load("host.ts", "1");
    const before = stamp();
    await load("host.ts", "2");
    expect(stamp()).not.toEqual(before);
  });

  test("a broken entry is made anew", async () => {
    write({ "host.ts": "export default { name: 'a' };" });
    await load();
    for (const name of readdirSync(join(dir, "cache"))) {
      if (name.endsWith(".json")) writeFileSync(join(dir, "cache", name), '{"inputs":{},"absent":[],"output":"../x"}');
    }
    expect((await evaluate()).config).toMatchObject({ name: "a" });
  });

  test("tells what the configuration depends on", async () => {
    write({
      "host.ts": "import './a.ts'; export default {};",
      "a.ts": "import './b.json' with { type: 'json' };",
      "b.json": "{}",
    });
    const { dependencies } = await load();
    expect(dependencies.map((path) => path.slice(dir.length + 1)).sort()).toEqual(["a.ts", "b.json", "host.ts"]);
  });
});

describe("what can be wrong", () => {
  test("no file", async () => {
    expect(await problemsOf("none.ts")).toMatchObject([{ code: "no-such-file" }]);
  });

  test("a syntax error, in an import too", async () => {
    write({ "host.ts": "import './a.ts';\nexport default {};", "a.ts": "\nconst a = {\n  b: = 2 };" });
    const [problem] = await problemsOf();
    expect(problem).toMatchObject({ code: "syntax-error", places: [{ file: join(dir, "a.ts"), line: 3, column: 6 }] });
  });

  test("no default export", async () => {
    write({ "host.ts": "export const host = {};" });
    expect(await problemsOf()).toMatchObject([{ code: "no-default-export", places: [{ line: 1 }] }]);
  });

  test("an import that is not there, all of them at once", async () => {
    write({ "host.ts": "import './gone.ts';\nimport 'no-such-package';\nexport default {};" });
    expect(await problemsOf()).toMatchObject([
      { code: "bad-import", places: [{ line: 1, column: 8 }] },
      { code: "bad-import", places: [{ line: 2, column: 8 }] },
    ]);
  });

  test("a name that the library does not export", async () => {
    write({ "host.ts": "import { mkFroce } from 'stowage';\nexport default { name: mkFroce('x') };" });
    const [problem] = await problemsOf();
    expect(problem).toMatchObject({ code: "bad-import", places: [{ line: 1, column: 10 }] });
    expect(problem!.message).toContain("mkFroce");
  });

  test("a throw", async () => {
    write({ "host.ts": "const a = 1;\nthrow new Error('no luck');\nexport default {};" });
    const [problem] = await problemsOf();
    expect(problem).toMatchObject({ code: "host-error" });
    expect(problem!.message).toMatch(/cannot be loaded: Error: no luck$/);
  });

  test("ending the process", async () => {
    write({ "host.ts": "const a = 1;\nprocess.exit(0);\nexport default {};" });
    const { exit } = process;
    const [problem] = await problemsOf();
    expect(problem!.message).toMatch(/it would have ended the process: process\.exit\(0\)$/);
    expect(process.exit).toBe(exit);
  });

  test("a directory", async () => {
    write({ "sub/host.ts": "export default {};" });
    expect(await problemsOf("sub")).toMatchObject([{ code: "not-readable", message: `${dir}/sub is a directory` }]);
  });

  test.each(["5", "null", "[]", '"text"'])("a default export that is no module: %s", async (value) => {
    write({ "host.ts": `export default ${value};` });
    expect(await problemsOf()).toMatchObject([
      { code: "bad-module", places: [{ file: join(dir, "host.ts"), line: 1 }] },
    ]);
  });

  test("an import behind a literal: the line and the column are as written", async () => {
    const line = 'export default { a: { b: await import("./gone.ts") } };';
    write({ "host.ts": line });
    expect(await problemsOf()).toMatchObject([
      { code: "bad-import", details: [line], places: [{ line: 1, column: line.indexOf('"./gone') + 1 }] },
    ]);
  });
});
