import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadHost } from "../../src/load/index.ts";
import { asScript } from "../../src/load/script.ts";
import * as modules from "../../src/modules/index.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "script-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** How it was kept, and what it gave. */
async function load(text: string) {
  writeFileSync(join(dir, "host.ts"), text);
  const cacheDir = join(dir, "cache");
  const { modules: loaded } = await loadHost(join(dir, "host.ts"), {
    cacheDir,
    cliVersion: "1",
    libraries: { stowage: modules, "stowage/modules": modules },
  });
  const kept = readdirSync(cacheDir).find((name) => !name.endsWith(".json"));
  return { kind: kept?.split(".")[1], value: loaded[0] as unknown };
}

test("what is plain is kept as a script, and means the same", async () => {
  const text = `import { mkForce } from "stowage";\nexport const other = 1;\nexport default { name: mkForce("a") };`;
  expect(await load(text.replace("export const other = 1;", ""))).toEqual({
    kind: "cjs",
    value: { name: modules.mkForce("a") },
  });
  expect((await load(text)).kind).toBe("mjs");
});

test("this is nothing at the top of either", async () => {
  expect(await load("export default { a: [this] };")).toEqual({ kind: "cjs", value: { a: [undefined] } });
});

test("a script is as strict as a module", async () => {
  await expect(load("const all: any = Object.freeze({});\nall.x = 1;\nexport default all;")).rejects.toThrow(
    /not extensible/,
  );
});

describe("what could tell the one from the other stays a module", () => {
  test.each([
    ["what scripts have", "export default { a: typeof module + typeof exports };"],
    ["a module of another name", "const of = { module: 1 }; export default { a: of.module };"],
    ["where it is", "export default { a: typeof __filename + typeof __dirname };"],
    ["require", "export default { a: typeof require };"],
    ["arguments", "export default { a: typeof arguments };"],
    ["eval", `export default { a: (0, eval)("typeof globalThis") };`],
    ["await", "export default { a: await Promise.resolve('b') };"],
    ["imports of others", `import { sep } from "node:path"; export default { a: sep };`],
    ["an import later", `export default { a: [() => import("node:path")].length };`],
  ])("%s", async (_what, text) => {
    expect((await load(`${text}\n`)).kind).toBe("mjs");
  });
});

test("an export in a text is none", () => {
  expect(asScript("// host.ts\nvar x = `\nexport {\n  y as default\n};\n`;\n")).toBeNull();
});

test("lines stay where they are, and nothing comes before them that counts", () => {
  const code =
    "// host.ts\nvar host_default = {};\nexport {\n  host_default as default\n};\n//# sourceMappingURL=data:,x\n";
  expect(asScript(code)?.split("\n").slice(1, 3)).toEqual(code.split("\n").slice(1, 2).concat("module.exports = {"));
  expect(asScript(code)).toContain("//# sourceMappingURL=data:,x");
  expect(asScript(code.slice("// host.ts\n".length))).toBeNull();
});
