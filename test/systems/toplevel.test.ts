import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StowageError } from "../../src/error.ts";
import { defaultLayout, type Layout, storePath } from "../../src/store/layout.ts";
import { treeHash } from "../../src/store/tree-hash.ts";
import { buildSystems } from "../../src/systems/build-all.ts";
import { declare, declaredToplevel, removeFormerDeclared } from "../../src/systems/declare.ts";
import { type EtcFile, emptyToplevel, recipeName, type ToplevelRecipe } from "../../src/systems/recipe.ts";
import { markApplied, randomMachineId, seedRoot } from "../../src/systems/seed.ts";
import { makeToplevel } from "../../src/systems/toplevel.ts";

const me = userInfo().username;
const myGroup = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
const packages = `${"0".repeat(32)}-debian-trixie`;

let place: string;
let layout: Layout;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-top-"));
  layout = { ...defaultLayout, state: join(place, "state"), run: join(place, "run") };
  const tree = storePath(layout, packages);
  mkdirSync(`${tree}/seed/etc/ssl/private`, { recursive: true });
  chmodSync(`${tree}/seed/etc/ssl/private`, 0o710);
  mkdirSync(`${tree}/seed/var/lib`, { recursive: true });
  mkdirSync(`${tree}/usr/lib`, { recursive: true });
  mkdirSync(`${tree}/usr/bin`);
  writeFileSync(`${tree}/seed/etc/motd`, "the packages' own");
  writeFileSync(`${tree}/seed/etc/machine-id`, "");
  writeFileSync(`${tree}/seed/etc/passwd`, `${me}:x:${process.getuid?.()}:${process.getgid?.()}::/:/bin/sh\n`);
  writeFileSync(`${tree}/seed/etc/group`, `${myGroup}:x:${process.getgid?.()}:\n`);
  writeFileSync(`${layout.state}/format`, "1\n");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const link = (text: string): EtcFile => ({ text, mode: "symlink", user: "root", group: "root" });
const copy = (text: string, mode = "0640"): EtcFile => ({ text, mode, user: me, group: myGroup });
const recipe = (change: Partial<ToplevelRecipe> = {}): ToplevelRecipe => ({
  ...emptyToplevel("web", packages),
  ...change,
});
const make = (change: Partial<ToplevelRecipe>) => {
  const directory = mkdtempSync(join(place, "made-"));
  makeToplevel(directory, recipe(change), storePath(layout, packages));
  return directory;
};

describe("a toplevel", () => {
  test("has files, units, links, programs and the way to its packages", () => {
    const top = make({
      etc: { "app/one.conf": link("one") },
      units: { "app.service": "[Service]\n", "nginx.service.d/declared.conf": "[Unit]\n" },
      unitLinks: { "multi-user.target.wants/app.service": "../app.service" },
      bin: { "app-start": "#!/bin/sh\n" },
    });
    expect(readFileSync(`${top}/etc/app/one.conf`, "utf8")).toBe("one");
    expect(readFileSync(`${top}/units/nginx.service.d/declared.conf`, "utf8")).toBe("[Unit]\n");
    expect(readlinkSync(`${top}/units/multi-user.target.wants/app.service`)).toBe("../app.service");
    expect(statSync(`${top}/bin/app-start`).mode & 0o777).toBe(0o755);
    expect(readlinkSync(`${top}/packages`)).toBe(`../${packages}`);
    expect(readlinkSync(`${top}/root/etc/app/one.conf`)).toBe("/run/declared/current/etc/app/one.conf");
    expect(JSON.parse(readFileSync(`${top}/recipe.json`, "utf8")).name).toBe("web");
  });
  test("has files of any bytes, and links to what can be run", () => {
    const bytes = Buffer.from([0xff, 0, 0x0a]);
    const text = bytes.toString("base64");
    const top = make({
      etc: {
        a: { ...link(text), encoding: "base64" },
        b: { ...copy(text), encoding: "base64" },
        c: { ...link("#!/bin/sh\n"), executable: true },
      },
    });
    for (const path of ["etc/a", "copies/b", "root/etc/b"]) expect(readFileSync(`${top}/${path}`)).toEqual(bytes);
    expect(statSync(`${top}/etc/c`).mode & 0o777).toBe(0o755);
    expect(statSync(`${top}/etc/a`).mode & 0o777).toBe(0o644);
  });
  test("made twice is the same to the byte, times included", async () => {
    const change = { etc: { a: link("x"), b: copy("y") }, bin: { c: "z" } };
    expect(await treeHash(make(change))).toBe(await treeHash(make(change)));
  });
  test("takes over modes of directories that the packages have", () => {
    const top = make({ etc: { "ssl/private/key": link("x") } });
    expect(statSync(`${top}/root/etc/ssl/private`).mode & 0o777).toBe(0o710);
  });
  test.each(["../outside", "/etc/passwd", "a//b", "a/./b", "a\nb", ""])("refuses the path %j", (path) => {
    for (const change of [{ etc: { [path]: link("") } }, { units: { [path]: "" } }, { bin: { [path]: "" } }]) {
      expect(() => make(change)).toThrow("is not a path that can be declared");
    }
    expect(existsSync(join(place, "outside"))).toBe(false);
  });
  test.each([{ mode: "0o640" }, { mode: "640; rm" }, { user: "a b" }, { group: "" }])(
    "refuses a copy with %j",
    (wrong) => {
      expect(() => make({ etc: { file: { ...copy("x"), ...wrong } } })).toThrow("cannot be made");
    },
  );
});

test("what a start in between has marked as brought in is brought in after all", async () => {
  const [one, two] = [recipe({ etc: { a: link("1") } }), recipe({ etc: { a: link("2") } })];
  await buildSystems({ [recipeName(one)]: one, [recipeName(two)]: two }, layout);
  markApplied(layout, "web", recipeName(one));
  const applied = () => readdirSync(`${layout.state}/containers/web/applied`);
  // A root that was just made has it.
  await declare(layout, "web", recipeName(one));
  expect(applied()).toEqual([recipeName(one)]);
  markApplied(layout, "web", recipeName(two));
  await declare(layout, "web", recipeName(two));
  expect(applied()).toEqual([]);
  markApplied(layout, "web", recipeName(two));
  await declare(layout, "web", recipeName(two));
  expect(applied()).toEqual([recipeName(two)]);
});

describe("activate", () => {
  let etc: string;
  let current: string;
  beforeEach(() => {
    etc = join(place, "root", "etc");
    current = join(place, "declared");
    mkdirSync(etc, { recursive: true });
  });
  const activate = (change: Record<string, EtcFile>, etcLinks: Record<string, string> = {}) => {
    rmSync(current, { recursive: true, force: true });
    mkdirSync(current);
    makeToplevel(current, recipe({ etc: change, etcLinks }), storePath(layout, packages));
    const list = join(place, "seed.list");
    const env = { ...process.env, STOWAGE_DECLARED: current, STOWAGE_ROOT: join(place, "root"), STOWAGE_LIST: list };
    const result = spawnSync(join(current, "activate"), [], { env, encoding: "utf8" });
    expect({ status: result.status, err: result.status ? result.stderr : "" }).toEqual({ status: 0, err: "" });
    return result.stderr;
  };
  const text = (path: string) => readFileSync(join(etc, path), "utf8");

  test("makes links and copies, and does nothing the second time", () => {
    const declared = { "app/a b.conf": link("one"), "secret.conf": copy("two") };
    expect(activate(declared)).toBe("");
    expect([text("app/a b.conf"), text("secret.conf")]).toEqual(["one", "two"]);
    expect(lstatSync(join(etc, "app/a b.conf")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(etc, "secret.conf")).mode & 0o7777).toBe(0o640);
    const before = lstatSync(join(etc, "secret.conf"));
    expect(activate(declared)).toBe("");
    expect(lstatSync(join(etc, "secret.conf")).ino).toBe(before.ino);
    expect(readdirSync(etc).sort()).toEqual(["app", "secret.conf"]);
  });
  test("a link to what is not here yet is made once, kept, and goes when it is not declared any more", () => {
    expect(activate({ a: link("1") }, { "resolv.conf": "/run/not/there" })).toBe("");
    expect(readlinkSync(join(etc, "resolv.conf"))).toBe(join(current, "etc/resolv.conf"));
    expect(readlinkSync(join(current, "etc/resolv.conf"))).toBe("/run/not/there");
    const made = lstatSync(join(etc, "resolv.conf")).ino;
    expect(activate({}, { "resolv.conf": "/run/not/there" })).toBe("");
    expect(lstatSync(join(etc, "resolv.conf")).ino).toBe(made);
    activate({ "resolv.conf": link("nameserver 192.0.2.1\n") });
    expect(text("resolv.conf")).toBe("nameserver 192.0.2.1\n");
    activate({});
    expect(lstatSync(join(etc, "resolv.conf"), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("what is not declared any more goes, what is local stays", () => {
    activate({ a: link("1"), "d/b": link("2"), c: copy("3") });
    writeFileSync(join(etc, "local"), "mine");
    symlinkSync("nowhere", join(etc, "dangling"));
    activate({ a: link("1") });
    expect(readdirSync(etc).sort()).toEqual(["a", "d", "dangling", "local"]);
    expect(readdirSync(join(etc, "d"))).toEqual([]);
  });
  test("a local file, link or full directory in the way is moved aside, with a word", () => {
    writeFileSync(join(etc, "file"), "mine");
    symlinkSync("elsewhere", join(etc, "link"));
    mkdirSync(join(etc, "full"));
    writeFileSync(join(etc, "full", "inner"), "mine too");
    mkdirSync(join(etc, "empty"));
    writeFileSync(join(etc, "parent"), "mine as well");
    const said = activate({
      file: link("1"),
      link: link("2"),
      full: link("3"),
      empty: link("4"),
      "parent/child": copy("5"),
    });
    expect(said).toContain("/etc/file is declared: what was there is now /etc/file.before-stowage");
    expect(text("file.before-stowage")).toBe("mine");
    expect(readlinkSync(join(etc, "link.before-stowage"))).toBe("elsewhere");
    expect(text("full.before-stowage/inner")).toBe("mine too");
    expect(existsSync(join(etc, "empty.before-stowage"))).toBe(false);
    expect(text("parent.before-stowage")).toBe("mine as well");
    expect([text("file"), text("link"), text("full"), text("empty"), text("parent/child")]).toEqual([..."12345"]);
  });
  test("what is as the packages brought it makes way, and is not kept where another program may read it", () => {
    const hash = createHash("sha256").update("theirs").digest("hex");
    const lines = ["l\t../available/site\tetc/site", `f\t${hash}\tetc/conf`, `f\t${hash}\tetc/changed`];
    writeFileSync(join(place, "seed.list"), lines.map((line) => `${line}\n`).join(""));
    symlinkSync("../available/site", join(etc, "site"));
    writeFileSync(join(etc, "conf"), "theirs");
    writeFileSync(join(etc, "changed"), "mine");
    activate({ site: link("1"), conf: copy("2"), changed: link("3") });
    expect(readdirSync(etc).sort()).toEqual(["changed", "changed.before-stowage", "conf", "site"]);
    expect([text("site"), text("conf"), text("changed")]).toEqual([..."123"]);
  });
  test("an earlier file that was moved aside is not overwritten by a later one", () => {
    for (const mine of ["first", "second"]) {
      rmSync(join(etc, "file"), { force: true });
      writeFileSync(join(etc, "file"), mine);
      activate({ file: link("declared") });
    }
    expect([text("file.before-stowage"), text("file.before-stowage.2")]).toEqual(["first", "second"]);
  });
  test("a copy that was changed inside is as declared again, and not kept: it was never the container's own", () => {
    activate({ file: copy("declared") });
    writeFileSync(join(etc, "file"), "changed inside");
    chmodSync(join(etc, "file"), 0o777);
    expect(activate({ file: copy("declared") })).toBe("");
    expect([text("file"), readdirSync(etc)]).toEqual(["declared", ["file"]]);
    expect(lstatSync(join(etc, "file")).mode & 0o777).toBe(0o640);
  });
  test("a link becomes a copy, a copy a link, a file a directory and back", () => {
    activate({ a: link("1"), b: copy("2"), c: link("3") });
    activate({ a: copy("4"), b: link("5"), "c/d": link("6") });
    expect([text("a"), text("b"), text("c/d")]).toEqual([..."456"]);
    expect([lstatSync(join(etc, "a")).isSymbolicLink(), lstatSync(join(etc, "b")).isSymbolicLink()]).toEqual([
      false,
      true,
    ]);
    activate({ c: link("7") });
    expect([text("c"), readdirSync(etc)]).toEqual(["7", ["c"]]);
  });
  test("no text of a path is taken for shell", () => {
    const path = "$(touch pwned) `x` 'y' \"z\" *";
    activate({ [path]: link("1"), [`-${path}`]: copy("2") });
    expect([text(path), text(`-${path}`)]).toEqual(["1", "2"]);
    expect(existsSync("pwned")).toBe(false);
  });
});

describe("seed and declare", () => {
  const built = async (change: Partial<ToplevelRecipe>) => {
    const value = recipe(change);
    await buildSystems({ [recipeName(value)]: value }, layout);
    return recipeName(value);
  };
  const root = () => join(layout.state, "containers/web/root");

  test("a tree whose etc is a link is refused: what is written below it would leave the root", async () => {
    const tree = join(place, "tree");
    const elsewhere = join(place, "elsewhere");
    for (const path of [`${tree}/usr`, elsewhere]) mkdirSync(path, { recursive: true });
    symlinkSync(elsewhere, `${tree}/etc`);
    await expect(seedRoot(layout, { container: "given", tree })).rejects.toThrow("has no directory etc/");
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(join(layout.state, "containers/given"))).toEqual([]);
  });

  test("a fresh root is whole: seed, declared links, mount points, its own id", async () => {
    const toplevel = await built({ etc: { motd: link("declared") } });
    mkdirSync(join(layout.state, "containers/web/root.new-1/x"), { recursive: true });
    expect(await seedRoot(layout, { container: "web", toplevel, packages })).toBe(true);
    expect(readdirSync(join(layout.state, "containers/web"))).toEqual(["root"]);
    expect(readlinkSync(`${root()}/etc/motd`)).toBe("/run/declared/current/etc/motd");
    expect(readFileSync(`${root()}/etc/machine-id`, "utf8")).toMatch(/^[0-9a-f]{32}\n$/);
    expect(readFileSync(`${root()}/etc/hostname`, "utf8")).toBe("web\n");
    expect(statSync(`${root()}/tmp`).mode & 0o7777).toBe(0o1777);
    expect(readlinkSync(`${root()}/bin`)).toBe("usr/bin");
    expect(existsSync(`${root()}/usr/lib/os-release`)).toBe(true);
    expect(statSync(join(layout.state, "containers/web")).mode & 0o777).toBe(0o700);
  });
  test("never again once there is a root", async () => {
    const toplevel = await built({});
    await seedRoot(layout, { container: "web", toplevel, packages });
    const id = readFileSync(`${root()}/etc/machine-id`, "utf8");
    writeFileSync(`${root()}/etc/local`, "mine");
    expect(await seedRoot(layout, { container: "web", toplevel, packages })).toBe(false);
    expect(readFileSync(`${root()}/etc/local`, "utf8")).toBe("mine");
    expect(readFileSync(`${root()}/etc/machine-id`, "utf8")).toBe(id);
  });
  test("a declared host name is not overwritten", async () => {
    const toplevel = await built({ etc: { hostname: link("other\n") } });
    await seedRoot(layout, { container: "web", toplevel, packages });
    expect(readlinkSync(`${root()}/etc/hostname`)).toBe("/run/declared/current/etc/hostname");
  });
  test("a failed seeding leaves nothing", async () => {
    const toplevel = await built({});
    const missing = `${"1".repeat(32)}-gone`;
    await expect(seedRoot(layout, { container: "web", toplevel, packages: missing })).rejects.toThrow("cp failed");
    expect(readdirSync(join(layout.state, "containers/web"))).toEqual([]);
  });
  test("the recipe, which has the text of every file, is root's alone", async () => {
    const toplevel = await built({ etc: { secret: { text: "x", mode: "0600", user: "root", group: "root" } } });
    expect(statSync(`${storePath(layout, toplevel)}/recipe.json`).mode & 0o777).toBe(0o600);
  });
  test("machine ids are version 4 UUIDs", () => {
    expect(randomMachineId()).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });
  test("the declared directory is swapped, and former ones can be removed", async () => {
    const [one, two] = [await built({ etc: { a: link("1") } }), await built({ etc: { a: link("2") } })];
    expect(declaredToplevel(layout, "web")).toBeNull();
    await declare(layout, "web", one);
    await declare(layout, "web", two);
    const directory = join(layout.state, "containers/web/declared");
    expect(readFileSync(`${directory}/current/etc/a`, "utf8")).toBe("2");
    expect(readdirSync(directory).sort()).toEqual([one, two, "current"].sort());
    removeFormerDeclared(layout, "web");
    expect(readdirSync(directory).sort()).toEqual([two, "current"].sort());
    expect(declaredToplevel(layout, "web")).toBe(two);
  });
  test("what is declared is a copy: writing to it does not reach the store", async () => {
    const one = await built({ etc: { a: link("1") } });
    await declare(layout, "web", one);
    writeFileSync(join(layout.state, "containers/web/declared/current/etc/a"), "changed");
    expect(readFileSync(`${storePath(layout, one)}/etc/a`, "utf8")).toBe("1");
  });
  test("a recipe under a name that is not its own is refused", async () => {
    await expect(buildSystems({ [`${"2".repeat(32)}-web`]: recipe() }, layout)).rejects.toThrow("has the name");
  });
  test("an error of one toplevel leaves none of them", async () => {
    const [good, bad] = [recipe({ name: "good" }), recipe({ name: "bad", etc: { "../x": link("") } })];
    const both = buildSystems({ [recipeName(good)]: good, [recipeName(bad)]: bad }, layout);
    expect(await both.catch((error: StowageError) => error.problems[0]?.code)).toBe("bad-path");
    expect(readdirSync(join(layout.state, "store")).filter((name) => name !== ".lock")).toEqual([packages]);
  });
});
