/** What `update NAME` leaves in the lock for other containers that were made by hand. */
import { describe, expect, test } from "vitest";
import { lockedForOthers } from "../../../src/cli/by-hand/locked-for-others.ts";
import { type Lock, recipeFor, withSystem } from "../../../src/systems/lock.ts";
import type { DebianRequest, LockedPackage } from "../../../src/systems/recipe.ts";

const locked = (name: string, version: string): LockedPackage => ({
  name,
  version,
  arch: "amd64",
  size: 1,
  sha256: "0".repeat(64),
  path: `pool/${name}.deb`,
  archive: "debian",
});
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
/** With systems of these requests, as an older lock had them. */
const generation = (...requests: DebianRequest[]) => {
  const lock = lockOf("1", ...requests);
  const recipes = requests.flatMap((one) => {
    const recipe = recipeFor(lock, one);
    return recipe === null ? [] : { ...recipe, ...(one.mirror && { mirror: one.mirror }) };
  });
  return { systems: Object.fromEntries(recipes.map((recipe, at) => [`${at}`, recipe])) };
};

describe("what the lock has for others", () => {
  const web = request("trixie", "curl", "nginx");
  const db = { ...request("trixie", "redis"), components: ["main"] };
  const old = request("bookworm", "apache2");

  test("is asked for with them where they share the suite, and stays as it is elsewhere, also at newer versions", () => {
    expect(lockedForOthers(lockOf("2", web, db, old), [generation(web, db), generation(old)], ["trixie"])).toEqual({
      requests: expect.arrayContaining([web, db]),
      suites: ["bookworm"],
    });
  });

  test("is fetched from where it came from", () => {
    const mirror = { main: "http://packages.example/debian" };
    const { requests } = lockedForOthers(lockOf("1", web), [generation({ ...web, mirror })], ["trixie"]);
    expect(requests).toEqual([{ ...web, mirror }]);
  });

  test("is forgotten where no container is made of it", () => {
    expect(lockedForOthers(lockOf("1", web, db, old), [generation(db)], ["trixie"])).toEqual({
      requests: [db],
      suites: [],
    });
  });
});
