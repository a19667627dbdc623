/** What `update NAME` leaves in the lock for other containers that were made by hand. */
import { describe, expect, test } from "vitest";
import { lockedForOthers } from "../../../src/cli/by-hand/locked-for-others.ts";
import { type Lock, recipeFor, withSystem } from "../../../src/systems/lock.ts";
import type { DebianRequest, Recipe, ToplevelRecipe } from "../../../src/systems/recipe.ts";
import { locked } from "../../systems/locked.ts";

const request = (suite: string, ...packages: string[]): DebianRequest => ({ kind: "debian", suite, packages });
const lockOf = (version: string, ...requests: DebianRequest[]): Lock =>
  requests.reduce(
    (lock, { suite, ...one }) =>
      withSystem(
        lock,
        suite,
        { arch: "amd64", epoch: 1, base: ["dash"] },
        { ...one, layers: [{ add: one.packages, packages: one.packages }] },
        ["dash", ...one.packages].map((name) => locked(name, version)),
      ),
    { format: 1, suites: {} } as Lock,
  );
/** Containers of these requests, as an older lock had them. */
const generation = (
  containers: Readonly<Record<string, DebianRequest>>,
  lock = lockOf("1", ...Object.values(containers)),
) => {
  const systems: Record<string, Recipe> = {};
  for (const [name, request] of Object.entries(containers)) {
    const recipe = recipeFor(lock, request);
    if (recipe === null) throw new Error("not locked");
    systems[`tree-${name}`] = recipe;
    systems[`top-${name}`] = { kind: "toplevel", name, packages: `tree-${name}` } as ToplevelRecipe;
  }
  return { systems };
};

describe("what the lock has for others", () => {
  const web = request("trixie", "curl", "nginx");
  const db = { ...request("trixie", "redis"), components: ["main"] };
  const old = request("bookworm", "apache2");
  const mirror = (name: string) => ({ main: `http://${name}.example/debian` });

  test("is asked for with them where they share the suite, and stays as it is elsewhere, also at newer versions", () => {
    const both = [generation({ web, db }), generation({ old })];
    const { requests, suites } = lockedForOthers(lockOf("2", web, db, old), both, "web", [web]);
    expect(requests).toHaveLength(2);
    expect(requests).toEqual(expect.arrayContaining([web, db]));
    expect(suites).toEqual(["bookworm"]);
  });

  test("is fetched from where it came from; what only the container itself has, from where it shall come from now", () => {
    const before = generation({
      web: { ...web, mirror: mirror("old") },
      db: { ...db, mirror: mirror("of-db") },
    });
    const { requests } = lockedForOthers(lockOf("1", web, db), [before], "web", [{ ...web, mirror: mirror("new") }]);
    expect(requests).toEqual(
      expect.arrayContaining([
        { ...web, mirror: mirror("new") },
        { ...db, mirror: mirror("of-db") },
      ]),
    );
    const plain = lockedForOthers(lockOf("1", web), [generation({ web: { ...web, mirror: mirror("old") } })], "web", [
      web,
    ]);
    expect(plain.requests).toEqual([web]);
  });

  test("is known also where the base, or a lower layer, has what was asked for", () => {
    // bash is of the base, and libfoo came with redis before it was asked for.
    const layers = [
      { add: ["bash", "redis"], packages: ["redis", "libfoo"] },
      { add: ["libfoo"], packages: [] },
    ];
    const other = request("bookworm", "bash", "libfoo", "redis");
    const lock = (version: string): Lock =>
      withSystem(
        lockOf(version, web),
        "bookworm",
        { arch: "amd64", epoch: 1, base: ["bash"] },
        { packages: other.packages, layers },
        ["bash", "libfoo", "redis"].map((name) => locked(name, version)),
      );
    const made = generation({ db: other }, lock("1"));
    expect(lockedForOthers(lock("2"), [made], "web", [web]).suites).toEqual(["bookworm"]);
  });

  test("is forgotten where no container is made of it", () => {
    expect(lockedForOthers(lockOf("1", web, db, old), [generation({ db })], "web", [web])).toEqual({
      requests: [db],
      suites: [],
    });
    // One with less was locked, and asked for more since.
    const less = lockOf("1", request("trixie", "curl"), web);
    expect(lockedForOthers(less, [generation({ web }, less)], "web", [web]).requests).toEqual([web]);
  });
});
