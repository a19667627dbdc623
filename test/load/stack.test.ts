/** Where a configuration throws, told by Node itself: in a process of its own, as the test runner maps stacks its own way. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let dir: string;

beforeAll(async () => {
  // Inside the project, so that the bundle finds esbuild and oxc-parser.
  dir = mkdtempSync(join(root, "node_modules/.stack-test-"));
  await build({
    stdin: {
      contents: `import { loadHost } from "./src/load/index.ts";
import * as modules from "./src/modules/index.ts";
const options = { cacheDir: "cache", cliVersion: "1", libraries: { stowage: modules } };
const says = (problems) => console.log(problems.map((p) => modules.renderProblem(p)).join("\\n"));
try {
  const loaded = await loadHost("host.ts", options);
  const { mkOption, types } = modules;
  const options2 = { a: mkOption({ type: types.int, default: 0 }) };
  says(modules.evalModules({ modules: [{ options: options2 }, ...loaded.modules] }).issues);
} catch (error) { if (!error.problems) throw error; says(error.problems); }`,
      resolveDir: root,
      loader: "ts",
    },
    outfile: join(dir, "run.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["esbuild", "oxc-parser"],
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

function output(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return execFileSync(process.execPath, ["run.mjs"], { cwd: dir, encoding: "utf8" }).trim();
}

test("a throw while loading: line and column as written, behind a literal on the same line", () => {
  const text = output({
    "host.ts": `interface Unused { readonly a: number }
const first = { a: 1, b: { c: 2 } }; const f = () => { throw new Error("no luck"); }; f();
export default first;`,
  });
  expect(text).toBe("error[host-error]: host.ts cannot be loaded: Error: no luck\n  at host.ts:2:62");
});

test("a throw in an import, from the cache too", () => {
  const files = { "host.ts": `import "./web.ts";\nexport default {};`, "web.ts": `\n  null!.x;\n` };
  const expected = /^error\[host-error\]: host\.ts cannot be loaded: TypeError: .*\n {2}at web\.ts:2:\d+$/;
  expect(output(files)).toMatch(expected);
  expect(output(files)).toMatch(expected);
});

test("a throw in a module function", () => {
  const text = output({
    "host.ts": `export default ({ config }: { config: { a: number } }) => {
  const box = { a: [config.a] }; if (config.a === 0) throw new RangeError("too small");
  return {};
};`,
  });
  expect(text).toBe("error[module-error]: a module failed: too small\n  at host.ts:2:60");
});

test("an await of what never comes is an error, not a silent end", () => {
  expect(output({ "host.ts": "await new Promise(() => {});\nexport default {};" })).toBe(
    "error[host-error]: host.ts never finished loading\n  it awaits at its top level what never comes",
  );
});
