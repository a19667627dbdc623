/** Accounts of new packages in a root that has others: each keeps its number, and gets by name what is its. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeSeedList } from "../../src/systems/debian/seed-list.ts";
import { type DeclaredAccounts, type DeclaredUser, emptyToplevel } from "../../src/systems/recipe.ts";
import { makeToplevel } from "../../src/systems/toplevel.ts";

// Each run of the program is dozens of others.
vi.setConfig({ testTimeout: 30_000 });

const isRoot = process.getuid?.() === 0;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-merge-accounts-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A package tree with these accounts, and files of /etc and the like by path. */
function packages(name: string, accounts: Readonly<Record<string, Account>>, files: readonly string[] = []): string {
  const tree = join(place, name);
  const all = Object.entries(accounts);
  const texts: Readonly<Record<string, string>> = {
    "etc/passwd": `root:x:0:0::/root:/bin/sh\n${all.map(([user, a]) => `${user}:x:${a.uid}:${a.gid}::/var/lib/${user}:/no\n`).join("")}`,
    "etc/group": `root:x:0:\n${all.map(([user, a]) => `${user}:x:${a.gid}:\n`).join("")}`,
    "etc/shadow": `root:*:1::::::\n${all.map(([user]) => `${user}:!:1::::::\n`).join("")}`,
    "etc/gshadow": `root:*::\n${all.map(([user]) => `${user}:!::\n`).join("")}`,
    ...Object.fromEntries(files.map((path) => [path, name])),
  };
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(tree, "seed", path)), { recursive: true });
    writeFileSync(join(tree, "seed", path), text);
  }
  mkdirSync(join(tree, "usr/lib/stowage"), { recursive: true });
  mkdirSync(join(tree, "usr/bin"));
  writeSeedList(tree);
  return tree;
}
const root = () => join(place, "root");
const seedFrom = (tree: string) => cpSync(join(tree, "seed"), root(), { recursive: true });
const none: DeclaredAccounts = { users: {}, groups: {} };

function activate(tree: string, accounts = none) {
  const top = join(place, "declared");
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top);
  makeToplevel(top, { ...emptyToplevel("web", "x"), accounts }, tree);
  const env = {
    ...process.env,
    STOWAGE_DECLARED: top,
    STOWAGE_ROOT: root(),
    STOWAGE_SEED: join(tree, "seed"),
    STOWAGE_LIST: join(tree, "usr/lib/stowage/seed.list"),
  };
  const { status, stderr } = spawnSync(join(top, "activate"), [], { encoding: "utf8", env });
  return { status, said: stderr };
}
const text = (path: string) => readFileSync(join(root(), path), "utf8");
const append = (path: string, line: string) => writeFileSync(join(root(), path), `${text(path)}${line}\n`);
/** Number and group of an account here. */
const numbers = (name: string) =>
  text("etc/passwd")
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    ?.split(":")
    .slice(2, 4)
    .map(Number);
const owner = (path: string) => {
  const { uid, gid } = statSync(join(root(), path));
  return [uid, gid];
};

const both = { sshd: { uid: 101, gid: 101 }, redis: { uid: 102, gid: 103 } };
/** As a tree without sshd has it. */
const moved = { redis: { uid: 101, gid: 101 } };
const user = (change: Partial<DeclaredUser> = {}): DeclaredUser => ({
  kind: "packaged",
  uid: null,
  pinned: false,
  group: null,
  extraGroups: [],
  description: null,
  home: null,
  homeMode: null,
  shell: null,
  hashedPassword: null,
  ...change,
});

test("a package less, so that others have other numbers there: each keeps its own here", () => {
  seedFrom(packages("a", both));
  expect(activate(packages("b", moved))).toEqual({ status: 0, said: "" });
  expect([numbers("redis"), numbers("sshd")]).toEqual([
    [102, 103],
    [101, 101],
  ]);
});

test("a new one whose number is taken here gets one that is free, outside of those for declared accounts", () => {
  seedFrom(packages("a", {}));
  append("etc/passwd", "me:x:101:999::/:/bin/sh");
  append("etc/group", "mine:x:101:");
  append("etc/group", "other:x:999:");
  expect(activate(packages("b", moved))).toEqual({ status: 0, said: "" });
  expect([numbers("redis"), numbers("me")]).toEqual([
    [999, 998],
    [101, 999],
  ]);
  expect(text("etc/group")).toContain("redis:x:998:");
  expect(text("etc/shadow")).toContain("redis:!:1");
});

test.runIf(isRoot)("what the packages bring belongs to it by name, with its mode", () => {
  seedFrom(packages("a", both, ["etc/redis.conf"]));
  const tree = packages("b", moved, ["etc/redis.conf", "etc/new.conf", "var/lib/redis/db", "var/lib/plain"]);
  for (const path of ["etc/redis.conf", "etc/new.conf", "var/lib/redis", "var/lib/redis/db"]) {
    lchownSync(join(tree, "seed", path), 101, 101);
  }
  chownSync(join(tree, "seed/etc/new.conf"), 0, 101);
  chmodSync(join(tree, "seed/etc/new.conf"), 0o2640);
  expect(activate(tree)).toEqual({ status: 0, said: "" });
  expect(["etc/redis.conf", "var/lib/redis", "var/lib/redis/db"].map(owner)).toEqual(Array(3).fill([102, 103]));
  expect([owner("etc/new.conf"), statSync(join(root(), "etc/new.conf")).mode & 0o7777]).toEqual([[0, 103], 0o2640]);
  expect(owner("var/lib/plain")).toEqual([0, 0]);
});

describe("nothing is changed, and it is said", () => {
  test.runIf(isRoot)("where something in /usr belongs to it by number", () => {
    seedFrom(packages("a", both));
    const tree = packages("b", moved, ["etc/conf"]);
    writeFileSync(join(tree, "usr/bin/agent"), "");
    chownSync(join(tree, "usr/bin/agent"), 0, 101);
    const { status, said } = activate(tree);
    expect(status).toBe(3);
    expect(said).toMatch(
      /redis has number 103 in \/etc\/group, and in the new packages 101, by which .*usr\/bin\/agent/,
    );
    expect(() => text("etc/conf")).toThrow("ENOENT");
  });
  test("where a person here has the name of an account of the packages", () => {
    seedFrom(packages("a", {}));
    append("etc/passwd", "redis:x:1000:1000::/home/redis:/bin/sh");
    const before = text("etc/passwd");
    const { status, said } = activate(packages("b", moved, ["etc/conf"]));
    expect(status).toBe(3);
    expect(said).toContain(
      "redis is an account of the new packages, and in /etc/passwd another one, with the number 1000",
    );
    expect(text("etc/passwd")).toBe(before);
    expect(() => text("etc/conf")).toThrow("ENOENT");
  });
});

describe("declared ones with those of packages", () => {
  test("one that is extended has the number that it has here, and so has its group", () => {
    seedFrom(packages("a", both));
    const accounts = { users: { redis: user({ shell: "/bin/sh" }) }, groups: {} };
    expect(activate(packages("b", moved), accounts)).toEqual({ status: 0, said: "" });
    expect(text("etc/passwd")).toContain("redis:x:102:103::/var/lib/redis:/bin/sh\n");
    expect(activate(packages("c", moved))).toEqual({ status: 0, said: "" });
    expect(text("etc/passwd")).toContain("redis:x:102:103::/var/lib/redis:/no\n");
  });
  test("one that was the container's own and comes with packages now keeps its number, and does not go", () => {
    const before = packages("a", {});
    seedFrom(before);
    const own = {
      users: { redis: user({ kind: "system", uid: 500 }) },
      groups: { redis: { gid: 500, pinned: false, members: [] } },
    };
    expect(activate(before, own)).toEqual({ status: 0, said: "" });
    const next = packages("b", moved);
    expect(activate(next, own)).toEqual({ status: 0, said: "" });
    expect(numbers("redis")).toEqual([500, 500]);
    expect(activate(next)).toEqual({ status: 0, said: "" });
    expect(numbers("redis")).toEqual([500, 500]);
    rmSync(root(), { recursive: true });
    seedFrom(before);
    activate(before, own);
    expect(activate(next)).toEqual({ status: 0, said: "" });
    expect(numbers("redis")).toEqual([500, 500]);
  });
});
