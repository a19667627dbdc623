/** stowage init: what it writes is a configuration without mistakes, for Stowage and for an editor, and nothing is overwritten. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeAll } from "../../src/cli/commands/init.ts";
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

describe("a disk that is full in the middle of a file", () => {
  const failing = (code: string): typeof writeFileSync => {
    let calls = 0;
    return (path, data, options) => {
      calls += 1;
      writeFileSync(path, calls === 2 ? "hal" : data, options);
      if (calls === 2) throw Object.assign(new Error(code), { code });
    };
  };
  const files = { a: "half or whole", b: "half or whole" };

  test("leaves neither files nor directories that were made", () => {
    mkdirSync(file("there"));
    expect(() => writeAll(file("there/new/deep"), files, "x", failing("ENOSPC"))).toThrow(
      "cannot write into x: ENOSPC",
    );
    expect(readdirSync(file("there"))).toEqual([]);
    expect(() => writeAll(file("there"), files, "x", failing("EIO"))).toThrow("EIO");
    expect(readdirSync(file("there"))).toEqual([]);
  });

  test("what somebody else has made meanwhile stays, and so does its directory", () => {
    expect(() => writeAll(file("new/deep"), files, "x", failing("EEXIST"))).toThrow("EEXIST");
    expect(readdirSync(file("new/deep"))).toEqual(["b"]);
  });
});

test("--editor is offered where host.ts alone is in the way, with the directory", async () => {
  await world.run("init", "sub");
  expect((await world.run("init", "sub")).err).not.toContain("--editor");
  for (const name of ["tsconfig.json", "package.json"]) rmSync(file(`sub/${name}`));
  expect((await world.run("init", "sub")).err).toContain("stowage init --editor sub\n");
  expect((await world.run("init", "--editor", "sub")).code).toBe(0);
});

test("a build without types says so before it writes", async () => {
  program.types = null;
  expect((await world.run("init")).err).toContain("error[no-types]");
  expect(existsSync(file("host.ts"))).toBe(false);
});
