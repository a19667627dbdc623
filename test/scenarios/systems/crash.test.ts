import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeDir } from "../../../src/store/layout.ts";
import { listStore } from "../../../src/store/store.ts";
import { buildDebian } from "../../../src/systems/debian/build.ts";
import { fetchPackages } from "../../../src/systems/debian/fetch.ts";
import { type DebianRecipe, recipeName } from "../../../src/systems/recipe.ts";
import { bundleBuilder, canBuild, makePlace, type TestPlace } from "./place.ts";
import { tracesOf } from "./traces.ts";

let place: TestPlace;
let recipe: DebianRecipe;
beforeAll(async () => {
  if (!canBuild) return;
  place = makePlace();
  recipe = await place.lock("trixie", "nginx-light");
  await fetchPackages(place.layout, recipe, recipe.layers.flat());
  await bundleBuilder(join(place.directory, "builder.mjs"));
});
afterAll(() => place?.remove());

describe.skipIf(!canBuild)("a builder that is killed", () => {
  /** Seconds: while hashing downloads, unpacking, dpkg at work, configuring, in the second layer. */
  const moments = [0.3, 1.5, 5, 9, 12.5];
  test("leaves the store whole, no mount and no process; the next build goes on", async () => {
    for (const moment of moments) {
      const args = [join(place.directory, "builder.mjs"), JSON.stringify(place.layout), JSON.stringify(recipe)];
      const child = spawn(process.execPath, args, { stdio: "ignore" });
      await sleep(moment * 1000);
      child.kill("SIGKILL");
      await sleep(300);
      expect(tracesOf(place.layout.state)).toEqual([]);
      for (const name of listStore(place.layout)) {
        const path = `${storeDir(place.layout)}/${name}`;
        expect(readdirSync(path).sort()).toEqual(["manifest.json", "recipe.json", "seed", "usr"]);
      }
    }
    await buildDebian(place.layout, recipe);
    expect(listStore(place.layout)).toContain(recipeName(recipe));
    expect(readdirSync(storeDir(place.layout)).filter((name) => name.startsWith(".building-"))).toEqual([]);
  }, 180_000);
});

describe.skipIf(!canBuild)("a full disk", () => {
  test("is said in plain words, and nothing is left on it", async () => {
    const state = join(place.directory, "small");
    mkdirSync(state);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=60m", "tmpfs", state]);
    try {
      const layout = { ...place.layout, state };
      const problem = await buildDebian(layout, recipe).catch((error) => error.problems?.[0]);
      expect(problem).toMatchObject({ code: "disk-full", message: expect.stringContaining(state) });
      expect(readdirSync(storeDir(layout))).toEqual([".lock"]);
    } finally {
      execFileSync("umount", [state]);
    }
  });
  test("of the cache too", async () => {
    const cache = join(place.directory, "small-cache");
    mkdirSync(cache);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", cache]);
    try {
      const layout = { ...place.layout, cache };
      const problem = await fetchPackages(layout, recipe, recipe.layers.flat()).catch((error) => error.problems?.[0]);
      expect(problem).toMatchObject({ code: "disk-full", message: expect.stringContaining(cache) });
      expect(readdirSync(`${cache}/sha256`).filter((name) => !/^[0-9a-f]{64}\.deb$/.test(name))).toEqual([]);
    } finally {
      execFileSync("umount", [cache]);
    }
  });
});
