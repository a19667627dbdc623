import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rootsOf } from "../../src/apply/roots.ts";
import type { Generation } from "../../src/compile/generation.ts";
import { type Aged, removePaths, toForget, toRemove } from "../../src/store/garbage.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { mountedStoreNames } from "../../src/store/mounted.ts";
import { storeName } from "../../src/store/names.ts";
import { type DebianRecipe, emptyToplevel, recipeName } from "../../src/systems/recipe.ts";

const day = 86_400_000;
const aged = (number: number, days: number | null, needed = false): Aged => ({
  number,
  switchedAt: days === null ? null : new Date(days * day),
  needed,
});

describe("generations to forget", () => {
  const all = [aged(1, 10), aged(2, null), aged(3, 30), aged(4, 20), aged(5, null, true), aged(6, 40, true)];

  test("without a wish only those that never became current", () => {
    expect(toForget(all, {})).toEqual([2]);
  });

  test("all but the newest", () => {
    expect(toForget(all, { newest: 2 })).toEqual([1, 2, 3]);
    expect(toForget(all, { newest: 0 })).toEqual([1, 2, 3, 4]);
  });

  test("the old ones; both wishes: what one of them keeps stays", () => {
    expect(toForget(all, { since: new Date(25 * day) })).toEqual([1, 2, 4]);
    expect(toForget(all, { since: new Date(25 * day), newest: 2 })).toEqual([1, 2]);
  });

  test("never one that is needed, and a stronger wish never keeps more", () => {
    const age = fc.record({
      number: fc.nat(50),
      switchedAt: fc.option(fc.nat(100).map((days) => new Date(days * day))),
      needed: fc.boolean(),
    });
    const property = fc.property(
      fc.uniqueArray(age, { selector: ({ number }) => number }),
      fc.nat(10),
      fc.nat(10),
      (ages, newest, fewer) => {
        const forgotten = toForget(ages, { newest });
        expect(ages.filter(({ number, needed }) => needed && forgotten.includes(number))).toEqual([]);
        const more = toForget(ages, { newest: Math.max(0, newest - fewer) });
        expect(forgotten.filter((number) => !more.includes(number))).toEqual([]);
      },
    );
    fc.assert(property);
  });
});

describe("store paths", () => {
  let directory: string;
  let layout: Layout;
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/stowage-garbage-`);
    layout = { ...defaultLayout, state: directory };
    mkdirSync(`${directory}/store`);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const names = ["a", "b", "c"].map((label) => storeName({ label }, label));
  const add = (...list: string[]) => {
    for (const name of list) {
      mkdirSync(`${directory}/store/${name}/usr`, { recursive: true });
      writeFileSync(`${directory}/store/${name}/usr/file`, "text");
    }
  };

  test("those that are not among the roots go; what is not a store path stays", () => {
    add(...names);
    writeFileSync(`${directory}/store/.lock`, "");
    mkdirSync(`${directory}/store/notes`);
    const gone = toRemove(layout, new Set([names[1] as string]));
    expect(gone).toEqual([names[0], names[2]].sort());
    removePaths(layout, gone);
    expect(readdirSync(`${directory}/store`).sort()).toEqual([".lock", names[1], "notes"].sort());
  });

  test("what a removal left that was cut short goes with the next, whatever is to go then", () => {
    add(`.removed-${names[0]}`, ".removed-by-hand");
    removePaths(layout, []);
    expect(readdirSync(`${directory}/store`)).toEqual([".removed-by-hand"]);
  });

  test("without a store there is nothing", () => {
    rmSync(`${directory}/store`, { recursive: true });
    expect(toRemove(layout, new Set())).toEqual([]);
    removePaths(layout, []);
    expect(existsSync(`${directory}/store`)).toBe(false);
  });

  test("roots: what generations name, the trees below it, copies of containers", () => {
    const layer = { name: "a", version: "1", arch: "amd64", size: 1, sha256: "0".repeat(64), path: "a.deb" };
    const one = (name: string) => [{ ...layer, name, archive: "debian" }];
    const recipe = (...layers: DebianRecipe["layers"]): DebianRecipe => ({
      kind: "debian",
      builder: 1,
      suite: "trixie",
      arch: "amd64",
      epoch: 1,
      layers,
    });
    const tree = recipe(one("base"), one("nginx"), one("redis"));
    const top = emptyToplevel("web", recipeName(tree));
    const generation = { systems: { [recipeName(tree)]: tree, [recipeName(top)]: top } } as unknown as Generation;
    mkdirSync(`${directory}/containers/old/declared/${names[0]}`, { recursive: true });
    mkdirSync(`${directory}/containers/old/applied/${names[1]}`, { recursive: true });
    mkdirSync(`${directory}/containers/old/root/${names[2]}`, { recursive: true });
    const roots = rootsOf(layout, [generation]);
    const below = [recipe(one("base")), recipe(one("base"), one("nginx"))].map((lower) => recipeName(lower));
    for (const name of [recipeName(tree), recipeName(top), ...below, names[0], names[1]]) expect(roots).toContain(name);
    expect(roots).not.toContain(names[2]);
  });

  test("mounted: as the root of a bind mount, as a layer of an overlay", () => {
    for (const pid of ["7", "8"]) mkdirSync(`${directory}/proc/${pid}`, { recursive: true });
    const [bound, lower, upper] = names as [string, string, string];
    writeFileSync(
      `${directory}/proc/7/mountinfo`,
      `36 35 98:0 /var/lib/stowage/store/${bound}/usr /usr ro,noatime - ext4 /dev/root rw\n`,
    );
    writeFileSync(
      `${directory}/proc/8/mountinfo`,
      `37 35 0:31 / /usr rw - overlay overlay rw,lowerdir=/s/${lower}/usr:/s/${upper}/usr,upperdir=/x\n`,
    );
    expect([...mountedStoreNames(`${directory}/proc`)].sort()).toEqual([...names].sort());
  });
});
