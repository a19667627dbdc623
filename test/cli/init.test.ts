/** stowage init: what it writes is a configuration without mistakes, for Stowage and for an editor, and nothing is overwritten. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { World } from "./world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = vi.hoisted(() => ({ types: null as string | null }));
vi.mock("../../src/cli/program.ts", () => ({ typesDirectory: () => program.types }));

let world: World;
beforeEach(() => {
  world = new World();
  program.types = `${world.directory}/types`;
});
afterEach(() => world.end());

const file = (name: string) => `${world.directory}/${name}`;
const all = ["host.ts", "package.json", "tsconfig.json"];

test("writes a configuration that check finds no problem in", async () => {
  expect(await world.run("init")).toEqual({ code: 0, out: "host.ts\ntsconfig.json\npackage.json\n", err: "" });
  const checked = await world.run("check");
  expect(checked).toMatchObject({ code: 0, out: "" });
  expect(checked.err).toContain("host.ts: 1 container, no problems\n");
});

test("README has the configuration that it writes", async () => {
  await world.run("init");
  expect(readFileSync(`${root}/README.md`, "utf8")).toContain(
    `\`\`\`ts\n${readFileSync(file("host.ts"), "utf8")}\`\`\``,
  );
});

test("makes the directory that is named, and says in JSON what it did", async () => {
  const { code, out } = await world.run("init", "etc/new", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    directory: file("etc/new"),
    files: ["host.ts", "tsconfig.json", "package.json"],
    types: program.types,
  });
  expect(readdirSync(file("etc/new")).sort()).toEqual(all);
});

/** What is built, as an editor sees it: made by `npm test` before this, and left out by builds that are only for a moment. */
const built = `${root}/dist/types`;
test.runIf(existsSync(`${built}/index.d.ts`))("an editor knows the words, with nothing installed beside", async () => {
  program.types = built;
  await world.run("init");
  const text = readFileSync(file("host.ts"), "utf8");
  // The compiler finds a fault where none is, too: where a mistake would be accepted.
  const mistaken = text.replace("autoStart", "// @ts-expect-error: autoStart\nautostart");
  writeFileSync(file("mistaken.ts"), `import { mkIf } from "stowage/modules";\nvoid mkIf;\n${mistaken}`);
  const tsc = `${root}/node_modules/typescript6/bin/tsc`;
  const { stdout, status } = spawnSync(tsc, ["-p", world.directory, "--pretty", "false"], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

describe("overwrites nothing", () => {
  test.each(all)("%s is there", async (name) => {
    writeFileSync(file(name), "mine");
    const { code, err } = await world.run("init");
    expect(code).toBe(1);
    expect(err).toContain(`error[file-in-the-way]: ${name} is there already; nothing was written`);
    expect(readdirSync(world.directory)).toEqual([name]);
    expect(readFileSync(file(name), "utf8")).toBe("mine");
  });

  test("not what a link that leads nowhere would make, either", async () => {
    symlinkSync("elsewhere", file("tsconfig.json"));
    expect((await world.run("init")).code).toBe(1);
    expect(readdirSync(world.directory)).toEqual(["tsconfig.json"]);
  });

  test("with --editor a host.ts may be there, and stays", async () => {
    writeFileSync(file("host.ts"), "mine");
    expect((await world.run("init")).err).toContain("stowage init --editor");
    expect(await world.run("init", "--editor")).toMatchObject({ code: 0, out: "tsconfig.json\npackage.json\n" });
    expect(readFileSync(file("host.ts"), "utf8")).toBe("mine");
  });
});

test("what cannot be written leaves nothing, and is told", async () => {
  writeFileSync(file("plain"), "");
  const { code, err } = await world.run("init", "plain/deeper");
  expect(code).toBe(1);
  expect(err).toContain("error[not-written]: cannot write into plain/deeper: ENOTDIR");
});

test("a build without types says so before it writes", async () => {
  program.types = null;
  expect((await world.run("init")).err).toContain("error[no-types]");
  expect(existsSync(file("host.ts"))).toBe(false);
});
