/** Declared accounts in a root: what `activate` makes of one that is there, and what a fresh one begins with. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type DeclaredAccounts, type DeclaredUser, emptyToplevel } from "../../src/systems/recipe.ts";
import { makeToplevel } from "../../src/systems/toplevel.ts";

// Each run of the program is dozens of others.
vi.setConfig({ testTimeout: 30_000 });

const isRoot = process.getuid?.() === 0;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-accounts-"));
  mkdirSync(join(place, "tree/seed/etc"), { recursive: true });
  write("tree/seed", {
    passwd: "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
    group: "root:x:0:\nadm:x:4:\nwww-data:x:33:\nusers:x:100:\n",
    shadow: "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\n",
    gshadow: "root:*::\nadm:*::\nwww-data:*::\nusers:*::\n",
  });
  chmodSync(join(place, "tree/seed/etc/shadow"), 0o640);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function write(top: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, top, "etc", name), text);
}
const etc = (name: string, top = "root") => readFileSync(join(place, top, "etc", name), "utf8");
const line = (file: string, name: string) =>
  etc(file)
    .split("\n")
    .find((one) => one.startsWith(`${name}:`)) ?? null;

const user = (change: Partial<DeclaredUser> = {}): DeclaredUser => ({
  kind: "system",
  uid: 500,
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
const packaged = (change: Partial<DeclaredUser> = {}) => user({ kind: "packaged", uid: null, ...change });
const group = (gid: number, ...members: string[]) => ({ gid, pinned: false, members });
const none: DeclaredAccounts = { users: {}, groups: {} };
const app: DeclaredAccounts = { users: { app: user() }, groups: { app: group(500) } };

/** The directory of a toplevel with these accounts. */
function toplevel(accounts: DeclaredAccounts): string {
  const top = join(place, "declared");
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top);
  makeToplevel(top, { ...emptyToplevel("web", "x"), accounts }, join(place, "tree"));
  return top;
}
function fresh(accounts: DeclaredAccounts): void {
  rmSync(join(place, "root"), { recursive: true, force: true });
  mkdirSync(join(place, "root"));
  // As a root is seeded.
  for (const from of [join(place, "tree/seed"), join(toplevel(accounts), "root")]) {
    execFileSync("cp", ["-a", "--remove-destination", `${from}/.`, join(place, "root")]);
  }
}
function activate(accounts: DeclaredAccounts, ...words: string[]) {
  const top = toplevel(accounts);
  const env = { ...process.env, STOWAGE_DECLARED: top, STOWAGE_ROOT: join(place, "root"), STOWAGE_SEED: "/nowhere" };
  const { status, stderr } = spawnSync(join(top, "activate"), words, { encoding: "utf8", env });
  return { status, said: stderr };
}
const done = { status: 0, said: "" };
const all = (top = "root") => ["passwd", "group", "shadow", "gshadow"].map((file) => etc(file, top));

describe("an account", () => {
  test("is there at the first start, with the packages' own as they are", () => {
    fresh({
      users: { app: user({ extraGroups: ["adm"] }) },
      groups: { app: group(500), team: group(501, "app", "www-data") },
    });
    expect(line("passwd", "app")).toBe("app:x:500:500::/nonexistent:/usr/sbin/nologin");
    expect(line("shadow", "app")).toBe("app:*:::::::");
    expect([line("group", "app"), line("group", "adm"), line("group", "team")]).toEqual([
      "app:x:500:",
      "adm:x:4:app",
      "team:x:501:app,www-data",
    ]);
    expect([line("gshadow", "team"), line("gshadow", "adm")]).toEqual(["team:!::app,www-data", "adm:*::app"]);
    expect(etc("passwd").startsWith(etc("passwd", "tree/seed"))).toBe(true);
    expect(statSync(join(place, "root/etc/shadow")).mode & 0o777).toBe(0o640);
    expect(statSync(join(place, "declared/accounts.list")).mode & 0o777).toBe(0o600);
  });
  test("is added where there are no hidden files: some systems have none, and grpunconv takes one away", () => {
    fresh(none);
    for (const file of ["shadow", "gshadow"]) rmSync(join(place, "root/etc", file));
    expect(activate(app)).toEqual(done);
    expect([line("passwd", "app"), line("shadow", "app"), line("gshadow", "app")]).toEqual([
      "app:x:500:500::/nonexistent:/usr/sbin/nologin",
      "app:*:::::::",
      "app:!::",
    ]);
    expect(statSync(join(place, "root/etc/shadow")).mode & 0o777).toBe(0o600);
  });
  test("is added, changed and taken away in a root that is there", () => {
    fresh(none);
    const before = all();
    expect(activate(app)).toEqual(done);
    expect(line("passwd", "app")).toBe("app:x:500:500::/nonexistent:/usr/sbin/nologin");
    expect(statSync(join(place, "root/etc/shadow")).mode & 0o777).toBe(0o640);
    const changed = {
      users: { app: user({ shell: "/bin/sh", home: "/srv/a b", description: "An app" }) },
      groups: app.groups,
    };
    expect(activate(changed)).toEqual(done);
    expect(line("passwd", "app")).toBe("app:x:500:500:An app:/srv/a b:/bin/sh");
    expect(activate(none)).toEqual(done);
    expect(all()).toEqual(before);
    expect(existsSync(join(place, "root/var/lib/stowage/accounts"))).toBe(false);
  });
  test("of the packages is extended, and returns to what it was; its number stays", () => {
    fresh({ users: { "www-data": packaged({ shell: "/bin/sh", extraGroups: ["adm"] }) }, groups: {} });
    expect(line("passwd", "www-data")).toBe("www-data:x:33:33:www-data:/var/www:/bin/sh");
    expect(line("group", "adm")).toBe("adm:x:4:www-data");
    expect(activate(none)).toEqual(done);
    expect(all()).toEqual(all("tree/seed"));
    // Also where it is declared as one of the container's own, with a number from the lock.
    expect(activate({ users: { "www-data": user({ home: "/srv" }) }, groups: { "www-data": group(501) } })).toEqual(
      done,
    );
    expect(line("passwd", "www-data")).toBe("www-data:x:33:33:www-data:/srv:/usr/sbin/nologin");
    expect(line("group", "www-data")).toBe("www-data:x:33:");
  });
  test("that was made by hand stays, and so do memberships", () => {
    fresh({ users: { app: user({ extraGroups: ["adm"] }) }, groups: { app: group(500) } });
    write("root", {
      passwd: `${etc("passwd")}me:x:1000:1000::/home/me:/bin/sh\n`,
      group: etc("group").replace("adm:x:4:app", "adm:x:4:me,app").replace("www-data:x:33:", "www-data:x:33:app"),
      shadow: `${etc("shadow")}me:$y$mine:::::::\n`,
    });
    expect(activate(app)).toEqual(done);
    expect([line("passwd", "me"), line("shadow", "me")]).toEqual([
      "me:x:1000:1000::/home/me:/bin/sh",
      "me:$y$mine:::::::",
    ]);
    expect([line("group", "adm"), line("group", "www-data")]).toEqual(["adm:x:4:me", "www-data:x:33:app"]);
    // With an account its memberships go, whoever made them.
    expect(activate(none)).toEqual(done);
    expect([line("group", "adm"), line("group", "www-data")]).toEqual(["adm:x:4:me", "www-data:x:33:"]);
  });
  test("of another number than declared, or a number that is taken here: nothing is written, and both are named", () => {
    fresh(none);
    write("root", {
      passwd: `${etc("passwd")}app:x:998:998::/:/no\nshe:x:501:501::/:/no\n`,
      group: `${etc("group")}other:x:500:\n`,
    });
    const before = all();
    for (const words of [[], ["check"]]) {
      const { status, said } = activate(
        { users: { app: user(), me: user({ uid: 501, group: "app" }) }, groups: app.groups },
        ...words,
      );
      expect(status).toBe(3);
      expect(said).toContain("user app has number 998 in /etc/passwd, and 500 is declared");
      expect(said).toContain("number 501 of the declared user me belongs to she in /etc/passwd");
      expect(said).toContain("number 500 of the declared group app belongs to other in /etc/group");
      expect(all()).toEqual(before);
    }
  });
  test("asked whether it would, it changes nothing", () => {
    fresh(none);
    const before = all();
    expect(activate(app, "check")).toEqual(done);
    expect(all()).toEqual(before);
  });
});

describe("a password", () => {
  const withHash = (hashedPassword: string | null): DeclaredAccounts => ({
    users: { app: user({ hashedPassword }), root: packaged({ hashedPassword }) },
    groups: app.groups,
  });
  const local = (hash: string) =>
    write("root", { shadow: etc("shadow").replace(/^(app|root):[^:]*/gm, (_, name) => `${name}:${hash}`) });
  const hashes = () => ["app", "root"].map((name) => line("shadow", name)?.split(":")[1]);

  test("is set when its declaration changes; one that was changed inside stays until then", () => {
    fresh(withHash("$y$one"));
    expect(hashes()).toEqual(["$y$one", "$y$one"]);
    local("$y$mine");
    activate(withHash("$y$one"));
    expect(hashes()).toEqual(["$y$mine", "$y$mine"]);
    activate(withHash("$y$two"));
    expect(hashes()).toEqual(["$y$two", "$y$two"]);
    activate(withHash(null));
    expect(hashes()).toEqual(["*", "*"]);
  });
  test("that nobody declares any more, and that was changed inside, stays", () => {
    fresh(withHash("$y$one"));
    local("$y$mine");
    activate(withHash(null));
    expect(hashes()).toEqual(["$y$mine", "$y$mine"]);
  });
  test("of a run that was cut off before it was set is set by the next", () => {
    fresh(app);
    // In the place of the new file: the run ends there, with what is declared remembered.
    mkdirSync(join(place, "root/etc/shadow.stowage-new"));
    expect(activate(withHash("$y$one")).status).not.toBe(0);
    expect(hashes()).toEqual(["*", "*"]);
    rmSync(join(place, "root/etc/shadow.stowage-new"), { recursive: true });
    activate(withHash("$y$one"));
    expect(hashes()).toEqual(["$y$one", "$y$one"]);
  });
});

describe.runIf(isRoot)("a home", () => {
  const at = (home: string, homeMode = "0700"): DeclaredAccounts => ({
    users: { app: user({ home, homeMode }) },
    groups: app.groups,
  });
  const seen = (path: string) => {
    const { mode, uid, gid } = statSync(join(place, "root", path));
    return [(mode & 0o7777).toString(8), uid, gid];
  };
  test("is made with mode and owner, also at the first start, and what is in it stays", () => {
    fresh(at("/home/app"));
    expect([seen("home/app"), seen("home")[1]]).toEqual([["700", 500, 500], 0]);
    writeFileSync(join(place, "root/home/app/mine"), "x");
    activate(at("/home/app", "0750"));
    expect(seen("home/app")).toEqual(["750", 500, 500]);
    activate(at("/srv/deep/app"));
    expect(seen("srv/deep/app")).toEqual(["700", 500, 500]);
    activate(none);
    expect(existsSync(join(place, "root/home/app/mine"))).toBe(true);
  });
  test("a directory that the packages have there becomes the user's", () => {
    mkdirSync(join(place, "tree/seed/var/lib/app"), { recursive: true });
    fresh(at("/var/lib/app", "0710"));
    expect(seen("var/lib/app")).toEqual(["710", 500, 500]);
  });
  test.each(["/../../outside", "/usr/app", "outside", "//outside", ""])(
    "nothing is made at %j, which the packages of somebody else may say",
    (home) => {
      write("tree/seed", { passwd: `root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:${home}:/no\n` });
      expect(() => toplevel({ users: { "www-data": packaged({ homeMode: "0700" }) }, groups: {} })).toThrow(
        `the home of user www-data cannot be made at ${JSON.stringify(home)}`,
      );
      expect(existsSync(join(place, "outside"))).toBe(false);
    },
  );
  test("a link in its place is not followed", () => {
    fresh(none);
    mkdirSync(join(place, "root/trap"), { recursive: true });
    mkdirSync(join(place, "root/home"));
    symlinkSync("../trap", join(place, "root/home/app"));
    expect(activate(at("/home/app"))).toEqual({
      status: 0,
      said: "/home/app is to be a home, and is no directory: it is left as it is\n",
    });
    expect(seen("trap")[1]).toBe(0);
  });
});

describe("accounts that do not go together with the packages'", () => {
  test.each<[string, DeclaredAccounts, string]>([
    [
      "nobody brings it",
      { users: { app: packaged() }, groups: {} },
      "no package of the container brings an account app",
    ],
    ["no such group", { users: { app: user({ group: "team" }) }, groups: {} }, "group team of user app"],
    [
      "no such further group",
      { users: { root: packaged({ extraGroups: ["x"] }) }, groups: {} },
      "group x of user root",
    ],
    ["no such member", { users: {}, groups: { team: group(500, "bob") } }, "member bob of group team"],
    [
      "a number of theirs",
      { users: { app: user({ uid: 33 }) }, groups: app.groups },
      "number 33 of user app is that of www-data",
    ],
    ["another number", { users: { "www-data": user({ pinned: true }) }, groups: {} }, "with number 33 and not 500"],
    ["a group's", { users: {}, groups: { team: group(4) } }, "number 4 of group team is that of adm"],
  ])("%s", (_, accounts, why) => {
    expect(() => toplevel(accounts)).toThrow(why);
  });
});

test("whatever is declared in turn: an old root ends up as a fresh one", () => {
  const names = fc.constantFrom("app", "web", "zed");
  const declared = fc.record({
    kind: fc.constantFrom("system" as const, "normal" as const),
    extraGroups: fc.uniqueArray(fc.constantFrom("adm", "team", "www-data")),
    shell: fc.option(fc.constantFrom("/bin/sh", "/bin/dash"), { nil: null }),
    hashedPassword: fc.option(fc.constantFrom("$y$a", "$y$b"), { nil: null }),
    group: fc.constantFrom("team", "users"),
  });
  const uids: Readonly<Record<string, number>> = { app: 500, web: 501, zed: 2000 };
  const accounts = fc
    .record({
      own: fc.dictionary(names, declared),
      root: fc.option(fc.constantFrom("/bin/sh", "/bin/zsh"), { nil: null }),
    })
    .map(({ own, root }): DeclaredAccounts => {
      const users = Object.entries(own).map(([name, part]) => [name, user({ ...part, uid: uids[name] ?? 0 })] as const);
      return {
        users: { ...Object.fromEntries(users), ...(root !== null && { root: packaged({ shell: root }) }) },
        groups: { team: group(502, ...Object.keys(own).slice(0, 1)) },
      };
    });
  const sorted = (texts: readonly string[]) =>
    texts.map((text) =>
      text
        .split("\n")
        .map((one) => one.replace(/[^:]*$/, (members) => members.split(",").sort().join()))
        .sort(),
    );
  fc.assert(
    fc.property(accounts, accounts, accounts, (first, second, third) => {
      fresh(third);
      const wanted = sorted(all());
      fresh(first);
      for (const next of [second, third]) expect(activate(next)).toEqual(done);
      expect(sorted(all())).toEqual(wanted);
    }),
    { numRuns: 8 },
  );
}, 120_000);
