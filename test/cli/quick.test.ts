/** The verbs that have a file of their own: they answer as the whole command does, and load little. */
import { writeFileSync } from "node:fs";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "../../src/cli/quick.ts";
import { isQuick } from "../../src/cli/quick-verbs.ts";
import { aliases, verbs } from "../../src/cli/verbs/index.ts";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

async function quick(argv: readonly string[], uid = 0): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(argv, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    stdin: { isTTY: false },
    env: world.env,
    cwd: () => world.directory,
    geteuid: () => uid,
  });
  return { code, out: out.join(""), err: err.join("") };
}

const plain = [
  ["list"],
  ["ls", "--json"],
  ["ps", "--all"],
  ["list", "-a", "--json", "-q"],
  ["list", "--verbose", "--no-color"],
  ["list", "--color", "--quiet"],
  ["list", "-v"],
];

test.each(plain)("%s %s %s: as the parser has it", async (...argv) => {
  world.containers(container("web", { addresses: ["10.233.1.2"] }), container("db"));
  expect(isQuick(argv)).toBe(true);
  expect(await quick(argv)).toEqual(await world.run(...argv));
});

test.each([
  ["--jsno"],
  ["--json", "--json"],
  ["web"],
  ["--help"],
  ["-h"],
  ["--json=true"],
  ["-aq"],
  ["--"],
  ["-c", "x.ts"],
])("%s %s: left to the parser", async (...words) => {
  expect(await quick(["list", ...words])).toEqual({ code: null, out: "", err: "" });
});

test("an error is told as anywhere", async () => {
  world.containers(container("web"));
  writeFileSync(`${world.directory}/state/generations/1/generation.json`, "{");
  expect(await quick(["list"])).toEqual(await world.run("list"));
});

test("every flag of the verb is known to both, but for hidden ones", async () => {
  const { flags = {} } = verbs.list.parameters as { flags?: Readonly<Record<string, { hidden?: boolean }>> };
  for (const [name, { hidden }] of Object.entries(flags)) {
    if (!hidden) expect([name, (await quick(["list", `--${name}`])).code]).toEqual([name, 0]);
  }
  for (const [alias, verb] of Object.entries(aliases))
    expect([alias, isQuick([alias])]).toEqual([alias, verb === "list"]);
});

test("what it always loads is small, and starts no program", async () => {
  const { metafile, outputFiles } = await build({
    entryPoints: ["src/cli/quick.ts"],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs);
  for (const heavy of ["@stricli", "ip-address", "src/options/", "src/modules/evaluate", "src/systems/"]) {
    expect(inputs.filter((input) => input.includes(heavy))).toEqual([]);
  }
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
  expect(imports).not.toContain("node:child_process");
  expect(outputFiles[0]?.text.length).toBeLessThan(130_000);
});
