import { spawnSync } from "node:child_process";
import {
  cpSync,
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
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeSeedList } from "../../src/systems/debian/seed-list.ts";
import { emptyToplevel } from "../../src/systems/recipe.ts";
import { makeToplevel } from "../../src/systems/toplevel.ts";

/** Contents by path; `-> x` is a link to x. */
type Files = Record<string, string>;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-merge-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const accounts: Files = {
  "etc/passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/no\n",
  "etc/group": "root:x:0:\nwww-data:x:33:\nssl-cert:x:101:\n",
  "etc/shadow": "root:*:1::::::\nwww-data:*:1::::::\n",
  "etc/gshadow": "root:*::\nwww-data:*::\nssl-cert:!::\n",
};

function write(top: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    rmSync(join(top, path), { force: true });
    if (text.startsWith("-> ")) symlinkSync(text.slice(3), join(top, path));
    else writeFileSync(join(top, path), text);
  }
}
/** A package tree, as far as this matters. */
function packages(name: string, files: Files): string {
  const tree = join(place, name);
  mkdirSync(join(tree, "usr/lib/stowage"), { recursive: true });
  write(join(tree, "seed"), { ...accounts, ...files });
  writeSeedList(tree);
  return tree;
}
const root = () => join(place, "root");
const seedFrom = (tree: string) => cpSync(join(tree, "seed"), root(), { recursive: true, verbatimSymlinks: true });
function activate(tree: string, env: Record<string, string> = {}) {
  const current = join(place, "declared");
  rmSync(current, { recursive: true, force: true });
  mkdirSync(current);
  const hosts = { text: "declared", mode: "symlink", user: "root", group: "root" };
  makeToplevel(current, { ...emptyToplevel("web", "x"), etc: { hosts } }, tree);
  const result = spawnSync(join(current, "activate"), [], {
    encoding: "utf8",
    env: {
      ...process.env,
      STOWAGE_DECLARED: current,
      STOWAGE_ROOT: root(),
      STOWAGE_SEED: join(tree, "seed"),
      STOWAGE_LIST: join(tree, "usr/lib/stowage/seed.list"),
      ...env,
    },
  });
  return { status: result.status, said: result.stderr };
}
const text = (path: string) => readFileSync(join(root(), path), "utf8");
const there = (path: string) => lstatSync(join(root(), path), { throwIfNoEntry: false }) !== undefined;

describe("new packages in an existing root", () => {
  test("what nobody touched follows the packages", () => {
    seedFrom(
      packages("a", {
        "etc/same": "1",
        "etc/changed": "1",
        "etc/gone/file": "1",
        "etc/link": "-> a",
        "etc/stays": "1",
      }),
    );
    const result = activate(
      packages("b", { "etc/same": "1", "etc/changed": "2", "etc/new/file": "3", "etc/link": "-> b", "etc/stays": "1" }),
    );
    expect(result).toEqual({ status: 0, said: "" });
    expect([text("etc/same"), text("etc/changed"), text("etc/new/file")]).toEqual(["1", "2", "3"]);
    expect(readlinkSync(join(root(), "etc/link"))).toBe("b");
    expect(existsSync(join(root(), "etc/gone"))).toBe(false);
  });
  test("what was changed here is kept, the packages' own beside it; what was deleted here stays deleted", () => {
    seedFrom(packages("a", { "etc/conf": "1", "etc/deleted": "1", "etc/removed": "1", "etc/quiet": "1" }));
    write(root(), { "etc/conf": "mine", "etc/removed": "mine", "etc/quiet": "mine", "etc/local": "mine" });
    rmSync(join(root(), "etc/deleted"));
    const result = activate(packages("b", { "etc/conf": "2", "etc/deleted": "2", "etc/quiet": "1" }));
    expect(result.said).toContain("/etc/conf was changed here and is kept; the packages' own is /etc/conf.dpkg-dist");
    expect([text("etc/conf"), text("etc/conf.dpkg-dist")]).toEqual(["mine", "2"]);
    expect([text("etc/removed"), text("etc/local"), text("etc/quiet")]).toEqual(["mine", "mine", "mine"]);
    expect([there("etc/deleted"), there("etc/quiet.dpkg-dist")]).toEqual([false, false]);
  });
  test("what comes below a directory that was deleted here stays away with it", () => {
    seedFrom(packages("old", { "etc/app/a": "1", "var/lib/app/a": "1" }));
    activate(packages("same", { "etc/app/a": "1", "var/lib/app/a": "1" }));
    for (const path of ["etc/app", "var/lib/app"]) rmSync(join(root(), path), { recursive: true });
    writeFileSync(join(root(), "var/lib/app"), "of the container's own");
    const fresh = { "etc/app/parts/b": "2", "var/lib/app/parts/b": "2", "etc/other/c": "3" };
    expect(activate(packages("new", { "etc/app/a": "1", "var/lib/app/a": "1", ...fresh })).status).toBe(0);
    expect(["etc/app", "etc/other/c"].map(there)).toEqual([false, true]);
    expect(text("var/lib/app")).toBe("of the container's own");
  });
  test("outside /etc only what is missing is added", () => {
    seedFrom(packages("a", { "var/lib/app/db": "1", "var/lib/old/db": "1" }));
    write(root(), { "var/lib/app/db": "data" });
    activate(packages("b", { "var/lib/app/db": "2", "var/lib/new/db": "3" }));
    expect([text("var/lib/app/db"), text("var/lib/old/db"), text("var/lib/new/db")]).toEqual(["data", "1", "3"]);
  });
  test("the cache of the linker always follows: it describes /usr", () => {
    seedFrom(packages("a", { "etc/ld.so.cache": "1" }));
    write(root(), { "etc/ld.so.cache": "made here" });
    activate(packages("b", { "etc/ld.so.cache": "2" }));
    expect(text("etc/ld.so.cache")).toBe("2");
  });
  test("a file that has become a directory, or the other way, is left as it is here", () => {
    seedFrom(packages("a", { "etc/x": "1", "etc/y/z": "1" }));
    expect(activate(packages("b", { "etc/x/inner": "2", "etc/y": "2" })).status).toBe(0);
    expect([text("etc/x"), text("etc/y.dpkg-dist")]).toEqual(["1", "2"]);
  });
  test("declared files are not taken for local changes", () => {
    const tree = packages("a", { "etc/hosts": "1" });
    seedFrom(tree);
    activate(tree);
    expect(activate(packages("b", { "etc/hosts": "2" })).said).not.toContain("dpkg-dist");
    expect([text("etc/hosts"), there("etc/hosts.dpkg-dist")]).toEqual(["declared", false]);
  });
  test("the second time there is nothing to do, and what changes then is the container's", () => {
    seedFrom(packages("a", { "etc/conf": "1" }));
    const next = packages("b", { "etc/conf": "2" });
    activate(next);
    write(root(), { "etc/conf": "mine" });
    expect(activate(next)).toEqual({ status: 0, said: "" });
    expect([text("etc/conf"), readdirSync(join(root(), "var/lib/stowage")).sort()]).toEqual([
      "mine",
      ["copies", "seed.list"],
    ]);
  });
  test("a merge that was cut off is done again to the same end", () => {
    seedFrom(packages("a", { "etc/one": "1", "etc/two": "1" }));
    const next = packages("b", { "etc/one": "2", "etc/two": "2", "etc/three": "2" });
    // As far as it came: one file is new, the memory is the old one, its work directory is there.
    write(root(), { "etc/one": "2", "var/lib/stowage/merge/todo": "x", "etc/three.stowage-new": "half" });
    expect(activate(next)).toEqual({ status: 0, said: "" });
    expect([text("etc/one"), text("etc/two"), text("etc/three")]).toEqual(["2", "2", "2"]);
    expect(there("etc/three.stowage-new")).toBe(false);
  });
});

describe("accounts of new packages", () => {
  const grown: Files = {
    "etc/passwd": `${accounts["etc/passwd"]}redis:x:102:103::/var/lib/redis:/no\n`,
    "etc/group": "root:x:0:\nwww-data:x:33:\nssl-cert:x:101:redis\nredis:x:103:\n",
    "etc/shadow": `${accounts["etc/shadow"]}redis:!:1::::::\n`,
    "etc/gshadow": `${accounts["etc/gshadow"]}redis:!::\n`,
  };
  test("are added with their numbers, beside those of the container", () => {
    seedFrom(packages("a", {}));
    write(root(), {
      "etc/passwd": `${accounts["etc/passwd"]}me:x:1000:1000::/home/me:/bin/sh\n`,
      "etc/group": "root:x:0:\nwww-data:x:33:me\nssl-cert:x:101:me\nme:x:1000:\n",
    });
    expect(activate(packages("b", grown))).toEqual({ status: 0, said: "" });
    expect(text("etc/passwd")).toBe(
      `${accounts["etc/passwd"]}me:x:1000:1000::/home/me:/bin/sh\nredis:x:102:103::/var/lib/redis:/no\n`,
    );
    expect(text("etc/group")).toBe("root:x:0:\nwww-data:x:33:me\nssl-cert:x:101:me,redis\nme:x:1000:\nredis:x:103:\n");
    expect(text("etc/shadow")).toBe(grown["etc/shadow"]);
    expect(text("etc/gshadow")).toBe(grown["etc/gshadow"]);
  });
  test("of a run that was cut off between two files are in each once", () => {
    seedFrom(packages("a", {}));
    for (const path of ["etc/shadow", "etc/gshadow"]) write(root(), { [path]: grown[path] ?? "" });
    expect(activate(packages("b", grown))).toEqual({ status: 0, said: "" });
    for (const path of Object.keys(accounts)) expect(text(path)).toBe(grown[path]);
  });
});
