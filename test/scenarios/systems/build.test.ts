import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Layout, storePath } from "../../../src/store/layout.ts";
import { treeHash } from "../../../src/store/tree-hash.ts";
import { readAccounts } from "../../../src/systems/accounts.ts";
import { buildDebian } from "../../../src/systems/debian/build.ts";
import { recipeFor } from "../../../src/systems/lock.ts";
import { updateLock } from "../../../src/systems/lock-file.ts";
import type { Work } from "../../../src/systems/progress.ts";
import { type DebianRecipe, emptyToplevel, recipeName } from "../../../src/systems/recipe.ts";
import { makeToplevel } from "../../../src/systems/toplevel.ts";
import { canBuild, makePlace, type TestPlace, treeHashOf } from "./place.ts";

const suites = ["trixie", "bookworm"];
let place: TestPlace;
let base: Record<string, string>;
let nginx: Record<string, DebianRecipe>;
const at = (name: string, layout: Layout = place.layout) => storePath(layout, name);

beforeAll(async () => {
  if (!canBuild) return;
  place = makePlace();
  [base, nginx] = [{}, {}];
  for (const suite of suites) {
    base[suite] = await buildDebian(place.layout, await place.lock(suite));
    nginx[suite] = await place.lock(suite, "nginx-light");
    await buildDebian(place.layout, nginx[suite]);
  }
}, 300_000);
afterAll(() => place?.remove());

describe.skipIf(!canBuild).each(suites)("%s", (suite) => {
  const recipe = () => nginx[suite] as DebianRecipe;
  const tree = () => at(recipeName(recipe()));

  test("the same lock gives the same bytes, in another directory", async () => {
    const other = { ...place.layout, state: join(place.directory, "some", "other", suite) };
    await buildDebian(other, recipe());
    expect(treeHashOf(other, recipeName(recipe()))).toBe(treeHashOf(place.layout, recipeName(recipe())));
    expect(treeHashOf(other, base[suite] as string)).toBe(treeHashOf(place.layout, base[suite] as string));
    // The manifest was made by the builder: it tells of what really lies there.
    expect(await treeHash(at(recipeName(recipe()), other), ["usr", "seed"])).toBe(
      treeHashOf(other, recipeName(recipe())),
    );
  });
  test("building again costs nothing", async () => {
    const told: Work[] = [];
    const started = performance.now();
    await buildDebian(place.layout, recipe(), { onWork: (event) => told.push(event) });
    expect([told, performance.now() - started < 100]).toEqual([[], true]);
  });
  test("a layer shares the files of the one below, and has not changed them", async () => {
    const below = at(base[suite] as string);
    expect(statSync(`${tree()}/usr/bin/systemctl`).ino).toBe(statSync(`${below}/usr/bin/systemctl`).ino);
    expect(await treeHash(below, ["usr", "seed"])).toBe(treeHashOf(place.layout, base[suite] as string));
    expect(existsSync(`${below}/usr/sbin/nginx`)).toBe(false);
    expect(existsSync(`${tree()}/usr/sbin/nginx`)).toBe(true);
  });
  test("nothing is left of the building, nor of the machine it was built on", () => {
    expect(readdirSync(tree()).sort()).toEqual(["manifest.json", "recipe.json", "seed", "usr"]);
    expect(readdirSync(`${tree()}/seed`)).not.toContain("run");
    expect(existsSync(`${tree()}/usr/sbin/policy-rc.d`)).toBe(false);
    expect(readFileSync(`${tree()}/seed/etc/machine-id`, "utf8")).toBe("");
    expect(existsSync(`${tree()}/seed/etc/hostname`)).toBe(false);
    expect(existsSync(`${tree()}/seed/etc/resolv.conf`)).toBe(false);
  });
  test("no service is enabled by being installed", () => {
    const links = execFileSync("find", [`${tree()}/seed/etc/systemd/system`, "-type", "l"], { encoding: "utf8" });
    const sysv = execFileSync("find", [`${tree()}/seed/etc`, "-path", "*/rc?.d/*"], { encoding: "utf8" });
    expect([links, sysv]).toEqual(["", ""]);
    expect(readFileSync(`${tree()}/seed/etc/systemd/system-preset/00-stowage.preset`, "utf8")).toBe("disable *\n");
  });
  test("the package database is right from inside, and every package is whole", () => {
    const query = (...args: string[]) =>
      execFileSync("dpkg-query", [`--admindir=${tree()}/usr/lib/stowage/dpkg`, ...args], { encoding: "utf8" });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
    const states = query("-W", "-f", "${db:Status-Abbrev}${Package} ${Version}\n").trim().split("\n");
    const locked = recipe().layers.flat();
    expect(states.sort()).toEqual(locked.map((part) => `ii ${part.name} ${part.version}`).sort());
    expect(readlinkSync(`${tree()}/seed/var/lib/dpkg`)).toBe("../../usr/lib/stowage/dpkg");
  });
  test("a root that was seeded from the layer below becomes what a fresh root would be", () => {
    const root = join(place.directory, `root-${suite}`);
    execFileSync("cp", ["-a", `${at(base[suite] as string)}/seed`, root]);
    const declared = join(place.directory, `declared-${suite}`);
    mkdirSync(declared);
    makeToplevel(declared, emptyToplevel("web", "x"), tree());
    const env = {
      ...process.env,
      STOWAGE_DECLARED: declared,
      STOWAGE_ROOT: root,
      STOWAGE_SEED: `${tree()}/seed`,
      STOWAGE_LIST: `${tree()}/usr/lib/stowage/seed.list`,
    };
    execFileSync(`${declared}/activate`, [], { env });
    const list = (top: string) =>
      execFileSync("find", [top, "-mindepth", "1", "-printf", "%P %m %U %G %l\n"], { encoding: "utf8" })
        .split("\n")
        .sort();
    expect(list(root).filter((line) => !line.startsWith("var/lib/stowage/copies "))).toEqual(list(`${tree()}/seed`));
    for (const file of ["passwd", "group", "shadow", "gshadow", "ld.so.cache"]) {
      expect(readFileSync(`${root}/etc/${file}`)).toEqual(readFileSync(`${tree()}/seed/etc/${file}`));
    }
  });
  test("licences stay, manuals do not", () => {
    expect(existsSync(`${tree()}/usr/share/doc/nginx-light/copyright`)).toBe(true);
    const manuals = execFileSync("find", [`${tree()}/usr/share/man`, "-type", "f"], { encoding: "utf8" });
    expect(manuals).toBe("");
  });
});

describe.skipIf(!canBuild)("a later package", () => {
  let wider: DebianRecipe;
  beforeAll(async () => {
    wider = await place.lock("bookworm", "nginx-light", "iputils-ping", "openssh-server", "sudo");
    await buildDebian(place.layout, wider);
  });
  const tree = () => at(recipeName(wider));

  test("is a further layer: what was there keeps its layers, its versions and its accounts", () => {
    const former = nginx.bookworm as DebianRecipe;
    expect(wider.layers.slice(0, former.layers.length)).toEqual(former.layers);
    expect(wider.layers).toHaveLength(former.layers.length + 1);
    const [before, after] = [readAccounts(`${at(recipeName(former))}/seed`), readAccounts(`${tree()}/seed`)];
    for (const name of ["root", "www-data", "messagebus"]) expect(after.user(name)).toBe(before.user(name));
    expect(after.user("sshd")).not.toBeNull();
  });
  test("keeps setuid bits and file capabilities", () => {
    expect(lstatSync(`${tree()}/usr/bin/sudo`).mode & 0o7777).toBe(0o4755);
    expect(lstatSync(`${tree()}/usr/bin/su`).mode & 0o7777).toBe(0o4755);
    const header = execFileSync("tar", ["-C", tree(), "--xattrs", "--xattrs-include=*", "-cf", "-", "usr/bin/ping"]);
    expect(header.includes("SCHILY.xattr.security.capability")).toBe(true);
  });
  test("whose pre-dependencies come in the same layer waits until they are configured", async () => {
    // By name php-common comes first, but is only unpacked when it is php-yaml's turn.
    const php = await place.lock("trixie", "php-yaml");
    expect(php.layers.at(-1)?.map((part) => part.name)).toContain("php-common");
    await buildDebian(place.layout, php);
    expect(existsSync(`${at(recipeName(php))}/seed/etc/php/8.4/mods-available/yaml.ini`)).toBe(true);
  });
  test("carries no mark of overlayfs", () => {
    const stream = execFileSync("tar", ["-C", tree(), "--xattrs", "--xattrs-include=trusted.*", "-cf", "-", "usr"], {
      maxBuffer: 1 << 30,
    });
    expect(stream.includes("trusted.overlay")).toBe(false);
  });
  test("brings no host keys, but the unit that makes them where ssh is started", () => {
    expect(readdirSync(`${tree()}/seed/etc/ssh`).filter((name) => name.startsWith("ssh_host_"))).toEqual([]);
    const units = `${tree()}/usr/lib/systemd/system`;
    expect(existsSync(`${units}/ssh.service.wants/stowage-first-boot-ssh.service`)).toBe(true);
    expect(readFileSync(`${units}/stowage-first-boot-ssh.service`, "utf8")).toContain(
      "ExecStart=/usr/bin/ssh-keygen -A",
    );
  });
  test("comes out the same where overlayfs is refused and the tree is copied", async () => {
    // Overlayfs takes no directory of an overlayfs for its upper one.
    const there = join(place.directory, "on-overlay");
    const [lower, upper, ovl, state] = ["lower", "upper", "ovl", "state"].map((name) => join(there, name)) as [
      string,
      string,
      string,
      string,
    ];
    for (const directory of [lower, upper, ovl, state]) mkdirSync(directory, { recursive: true });
    execFileSync("mount", [
      "-t",
      "overlay",
      "overlay",
      "-o",
      `lowerdir=${lower},upperdir=${upper},workdir=${ovl}`,
      state,
    ]);
    try {
      const layout = { ...place.layout, state };
      mkdirSync(`${state}/store`);
      const below = base.bookworm as string;
      execFileSync("cp", ["-a", at(below), at(below, layout)]);
      const light = nginx.bookworm as DebianRecipe;
      await buildDebian(layout, light);
      expect(treeHashOf(layout, recipeName(light))).toBe(treeHashOf(place.layout, recipeName(light)));
    } finally {
      execFileSync("umount", [state]);
    }
  });
});

describe.skipIf(!canBuild)("locking", () => {
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error) => error.problems,
    );

  test("an unknown package is told with the names that were perhaps meant, all at once, and the lock is not touched", async () => {
    const before = readFileSync(place.lockFile, "utf8");
    expect(await problemOf(place.lock("trixie", "ngnix", "postgresq1"))).toMatchObject([
      { code: "unknown-package", message: 'there is no package "ngnix"', hint: expect.stringContaining("nginx") },
      { code: "unknown-package", hint: expect.stringContaining("postgresql") },
    ]);
    expect(readFileSync(place.lockFile, "utf8")).toBe(before);
  });
  test("a name that apt would read otherwise is refused", async () => {
    for (const name of ["nginx-", "?essential", "nginx=1", "-o", "nginx/sid"]) {
      expect(await problemOf(place.lock("trixie", name))).toMatchObject([{ code: "bad-package-name" }]);
    }
    expect(await problemOf(place.lock("trixie", "mail-transport-agent"))).toMatchObject([{ code: "unknown-package" }]);
  });
  test("a suite that there is not is said to be none, also one that would lead out of the cache", async () => {
    expect(await problemOf(place.lock("trixy"))).toMatchObject([
      { code: "unknown-suite", message: expect.stringContaining("trixy") },
    ]);
    expect(await problemOf(place.lock("../trixie"))).toMatchObject([{ code: "unknown-suite" }]);
    expect(await problemOf(place.lock("buster"))).not.toBeNull();
  });
  test("an update keeps the layers in their order and forgets what is not requested", async () => {
    const packages = ["nginx-light", "redis-server"];
    const own = makePlace();
    writeFileSync(own.lockFile, readFileSync(place.lockFile));
    const before = await own.lock("trixie", ...packages);
    const lock = await updateLock(own.layout, own.lockFile, [{ kind: "debian", suite: "trixie", packages }]);
    const after = recipeFor(lock, { kind: "debian", suite: "trixie", packages });
    const names = (recipe: DebianRecipe | null) => recipe?.layers.map((layer) => layer.map((part) => part.name));
    expect(names(after)).toEqual(names(before));
    expect(after?.layers).toHaveLength(3);
    expect(Object.keys(lock.suites)).toEqual(["trixie"]);
    expect(lock.suites.trixie?.systems.map((system) => system.packages)).toEqual([packages]);
    own.remove();
  });
  test("nothing is asked when everything is locked", async () => {
    const before = statSync(place.lockFile);
    const started = performance.now();
    await place.lock("trixie", "nginx-light");
    expect(performance.now() - started).toBeLessThan(100);
    expect(statSync(place.lockFile).mtimeMs).toBe(before.mtimeMs);
  });
  test("a lock whose versions have left the archive takes nothing new, and says how to go on", async () => {
    const old = makePlace();
    try {
      const text = readFileSync(place.lockFile, "utf8");
      // Also another hash, or the cache would still know what that version was.
      const changed = text.replace(
        /("name": "systemd", "version": ")[^"]+(".*?"sha256": ")[0-9a-f]{8}/,
        "$1200.0-1$200000000",
      );
      expect(changed).not.toBe(text);
      writeFileSync(old.lockFile, changed);
      expect(await problemOf(old.lock("bookworm", "redis-server"))).toMatchObject([
        { code: "lock-is-old", hint: expect.stringContaining("stowage update") },
      ]);
    } finally {
      old.remove();
    }
  });
});
