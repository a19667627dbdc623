/** What a toplevel has beside what it declares: names of NixOS's, further systems, what commands add. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import { defaultLayout, type Layout, storePath } from "../../src/store/layout.ts";
import { listStore } from "../../src/store/store.ts";
import { treeHash } from "../../src/store/tree-hash.ts";
import { buildSystems } from "../../src/systems/build-all.ts";
import { declare, declaredDir } from "../../src/systems/declare.ts";
import { emptyToplevel, recipeName, type ToplevelRecipe } from "../../src/systems/recipe.ts";

const packages = `${"0".repeat(32)}-debian-trixie`;
let place: string;
let layout: Layout;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-layout-"));
  layout = { ...defaultLayout, state: join(place, "state"), run: join(place, "run") };
  const tree = storePath(layout, packages);
  mkdirSync(`${tree}/seed/etc`, { recursive: true });
  for (const name of ["passwd", "group"]) writeFileSync(`${tree}/seed/etc/${name}`, "root:x:0:0::/:/bin/sh\n");
  // Of this machine: what commands are run with.
  symlinkSync("/usr", `${tree}/usr`);
  writeFileSync(`${layout.state}/format`, "1\n");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const recipe = (change: Partial<ToplevelRecipe> = {}): ToplevelRecipe => ({
  ...emptyToplevel("web", packages),
  ...change,
});
async function built(...recipes: readonly ToplevelRecipe[]): Promise<string> {
  await buildSystems(Object.fromEntries(recipes.map((one) => [recipeName(one), one])), layout);
  return storePath(layout, recipeName(recipes.at(-1) as ToplevelRecipe));
}
const text = (...parts: string[]) => readFileSync(join(...parts), "utf8");

test("the names by which a system is known", async () => {
  const top = await built(
    recipe({
      configurationName: "as always",
      version: "debian trixie",
      stateVersion: "1",
      configuration: "export {};\n",
    }),
  );
  expect(readlinkSync(`${top}/init`)).toBe("/usr/lib/systemd/systemd");
  expect(readlinkSync(`${top}/sw`)).toBe("/usr");
  expect(readlinkSync(`${top}/bin/switch-to-configuration`)).toBe("../take-over");
  expect(text(top, "configuration-name")).toBe("as always");
  expect(text(top, "init-interface-version")).toBe("stowage 1");
  expect(text(top, "system-version")).toBe("debian trixie, state version 1\n");
  expect(text(top, "configuration.ts")).toBe("export {};\n");
  expect(existsSync(`${await built(recipe())}/configuration.ts`)).toBe(false);
});

test("it takes few blocks of the disk: there is one for each container", async () => {
  const top = await built(recipe({ etc: { hostname: { text: "web", mode: "symlink", user: "root", group: "root" } } }));
  const { stdout } = spawnSync("du", ["--summarize", "--block-size=1", top], { encoding: "utf8" });
  expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(60 * 1024);
  const [interpreter, made, next] = text(top, "take-over").split("\n");
  expect([interpreter, made, next]).toEqual(["#!/bin/sh", expect.stringContaining("Made by stowage"), "set -euf"]);
});

describe("further systems", () => {
  const secret = { text: "s", mode: "0600", user: "root", group: "root" };
  const child = recipe({ configurationName: "debug", etc: { key: secret }, bin: { "a-start": "#!/bin/sh\n" } });
  const below = (name: string | null) => ({ name, toplevel: recipeName(child), refuse: null });
  const parent = recipe({
    children: [
      { ...below(null), to: [], back: [] },
      {
        ...below("debug"),
        to: [{ verb: "stop", unit: "a.service" }],
        back: [{ verb: "start", unit: "a.service", by: ["b.target"] }],
      },
    ],
  });

  test("are whole, beside the orders that lead there and back; names lead to numbers", async () => {
    // Whatever the order in which they are listed.
    await buildSystems({ [recipeName(parent)]: parent, [recipeName(child)]: child }, layout);
    const top = storePath(layout, recipeName(parent));
    expect(readdirSync(`${top}/fine-tune`)).toEqual([
      "child-1",
      "child-1.back",
      "child-1.order",
      "child-2",
      "child-2.back",
      "child-2.order",
    ]);
    expect(readlinkSync(`${top}/specialisation/debug`)).toBe("../fine-tune/child-2");
    expect(readdirSync(`${top}/specialisation`)).toEqual(["debug"]);
    const debug = `${top}/specialisation/debug`;
    expect(text(debug, "configuration-name")).toBe("debug");
    expect(text(debug, "take-over")).toBe(text(top, "take-over"));
    expect(lstatSync(`${debug}/copies/key`).mode & 0o777).toBe(0o600);
    expect(lstatSync(`${debug}/bin/a-start`).mode & 0o777).toBe(0o755);
    expect(existsSync(`${debug}/root`) || existsSync(`${debug}/recipe.json`)).toBe(false);
    expect(text(top, "fine-tune/child-2.order")).toBe(`from ${recipeName(child)}\nstop a.service\n`);
    expect(text(top, "fine-tune/child-2.back")).toBe(`from ${recipeName(child)}\nstart a.service b.target\n`);
    expect(lstatSync(`${debug}/activate`).mtimeMs).toBe(1000);
  });
  test("are shown to the container", async () => {
    await built(child, parent);
    await declare(layout, "web", recipeName(parent));
    const shown = `${declaredDir(layout, "web")}/current`;
    expect(text(shown, "specialisation/debug/configuration-name")).toBe("debug");
    for (const hidden of ["root", "recipe.json", "packages"]) expect(readdirSync(`${shown}/`)).not.toContain(hidden);
  });
});

describe.skipIf(process.getuid?.() !== 0)("commands that add to the result", () => {
  const made = (extraCommands: string) => built(recipe({ extraCommands }));

  test("see it as $out, and what they make is part of it", async () => {
    const commands =
      'mkdir "$out/extra"; cp "$out/configuration-name" "$out/extra/copy"; echo \'$HOME\' >"$out/extra/literal"';
    const top = await made(commands);
    expect(text(top, "extra/literal")).toBe("$HOME\n");
    expect(lstatSync(`${top}/extra/literal`).mtimeMs).toBe(1000);
    const hash = await treeHash(top);
    rmSync(top, { recursive: true });
    expect(await treeHash(await made(commands))).toBe(hash);
    expect(recipeName(recipe({ extraCommands: commands }))).not.toBe(recipeName(recipe()));
  });
  test.each([
    ["the network", "grep -q 'eth\\|veth' /proc/net/dev"],
    ["files of the host", `test -e ${"/etc/hostname"} || test -d /root || test -d /home`],
    [
      "anything but $out and /tmp to write to",
      "touch /x 2>/dev/null || touch /usr/x 2>/dev/null || touch /etc/x 2>/dev/null",
    ],
    ["the host's business in it", 'touch "$out/root/x" 2>/dev/null || echo >>"$out/recipe.json"'],
    ["capabilities", "grep CapEff /proc/self/status | grep -v 0000000000000000"],
    ["the environment of the build", "printenv SECRET_OF_BUILD"],
    ["a way to mount", "mount -t tmpfs x /tmp 2>/dev/null"],
  ])("have not %s", async (_, command) => {
    process.env.SECRET_OF_BUILD = "x";
    await made(`if { ${command}; } 2>/dev/null; then echo found; exit 9; fi`);
    Reflect.deleteProperty(process.env, "SECRET_OF_BUILD");
  });
  test("one that fails ends the build with its words, and nothing is in the store", async () => {
    const error = await made("echo first; echo wrong >&2; false; echo never").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(StowageError);
    expect((error as StowageError).problems).toMatchObject([
      {
        code: "build-failed",
        message: "system.extraSystemBuilderCmds of container web ended with exit status 1",
        details: ["first", "wrong"],
      },
    ]);
    expect(listStore(layout)).toEqual([packages]);
  });
});

test("a directory that only root may enter stays so in a copy", async () => {
  const child = recipe({ extraCommands: process.getuid?.() === 0 ? 'mkdir -m 0700 "$out/closed"' : "" });
  if (process.getuid?.() !== 0) return;
  const order = { refuse: null, to: [], back: [] };
  const top = await built(child, recipe({ children: [{ name: "a", toplevel: recipeName(child), ...order }] }));
  expect(lstatSync(`${top}/fine-tune/child-1/closed`).mode & 0o777).toBe(0o700);
  chmodSync(`${top}/fine-tune/child-1/closed`, 0o755);
});
