import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storeDir } from "../../../src/store/layout.ts";
import { listStore } from "../../../src/store/store.ts";
import { buildDebian } from "../../../src/systems/debian/build.ts";
import { fetchPackages } from "../../../src/systems/debian/fetch.ts";
import { type DebianRecipe, recipeName } from "../../../src/systems/recipe.ts";
import { eventually } from "../harness.ts";
import { bundleBuilder, canBuild, makePlace, type TestPlace, treeHashOf } from "./place.ts";
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

interface Builder {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Builds in a process of its own, and a state directory of that name. */
function startBuilder(state: string): Builder {
  const layout = JSON.stringify({ ...place.layout, state });
  const args = [join(place.directory, "builder.mjs"), layout, JSON.stringify(recipe)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (piece) => {
    said += piece;
  });
  return { process: child, ended: once(child, "close").then(([code]) => ({ code, said })) };
}

/** Process ids of children, and of their children, level by level. */
function descendants(pid: number): number[][] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const levels: number[][] = [[pid]];
  while ((levels.at(-1) as number[]).length > 0) {
    const above = levels.at(-1) as number[];
    levels.push([...parents].filter(([, parent]) => above.includes(parent)).map(([child]) => child));
  }
  return levels.slice(1, -1);
}

/** False for a process that has just ended. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** What is killed: the builder; what it started, which makes the namespaces; their PID 1; what that has started. */
const victims = {
  builder: (pid: number) => pid,
  unshare: (pid: number) => descendants(pid)[0]?.[0],
  init: (pid: number) => descendants(pid)[1]?.[0],
  dpkg: (pid: number) => descendants(pid)[2]?.[0],
};
type Victim = keyof typeof victims;
const turns: readonly Victim[] = ["builder", "dpkg", "builder", "unshare", "builder", "init"];

describe.skipIf(!canBuild)("a builder that is killed", () => {
  const reference: Record<string, string> = {};
  let [base, layer] = [0, 0];
  beforeAll(async () => {
    const state = `${place.layout.state}-reference`;
    const layout = { ...place.layout, state };
    const bottom = { ...recipe, layers: recipe.layers.slice(0, 1) };
    const began = performance.now();
    await buildDebian(layout, bottom);
    base = performance.now() - began;
    await buildDebian(layout, recipe);
    layer = performance.now() - began - base;
    for (const part of [bottom, recipe]) reference[recipeName(part)] = treeHashOf(layout, recipeName(part));
    rmSync(state, { recursive: true });
  }, 240_000);

  /** After a kill: nothing runs, nothing is mounted, and what the store has is whole and right. */
  function expectOrder(state: string): void {
    expect(tracesOf(state)).toEqual([]);
    const layout = { ...place.layout, state };
    for (const name of listStore(layout)) {
      expect(readdirSync(`${storeDir(layout)}/${name}`).sort()).toEqual(whole);
      expect(treeHashOf(layout, name)).toBe(reference[name]);
    }
  }
  const whole = ["manifest.json", "recipe.json", "seed", "usr"];

  /** @returns whether there was something to kill at that moment */
  async function killAt(state: string, moment: number, victim: Victim): Promise<boolean> {
    const builder = startBuilder(state);
    await sleep(moment);
    const pid = victims[victim](builder.process.pid as number);
    const isHit = pid !== undefined && kill(pid);
    const { code, said } = await builder.ended;
    // A child that is gone is told; a moment without children, or too late, ends in a whole build.
    // Which program it was depends on the moment: one that puts the tree together, or one that hashes what came of it.
    if (victim !== "builder" && code !== 0) expect(said).toMatch(/could not be put together|was ended by SIGKILL/);
    await eventually(async () => expectOrder(state), 60_000);
    return isHit;
  }

  /** Where nothing of the kind runs at that moment, somewhat before; at last the builder itself, which does. */
  async function strike(state: string, moment: number, victim: Victim, clear: () => void): Promise<void> {
    const tries = [1, 0.8, 0.6].map((part) => [moment * part, victim] as const);
    for (const [at, whom] of [...tries, [moment / 2, "builder"] as const]) {
      const isHit = await killAt(state, at, whom);
      clear();
      if (isHit) return;
    }
    expect.fail(`nothing to kill after ${moment} ms, and before`);
  }

  test("at 20 moments leaves the store whole, no mount and no process; the next build goes on to the same bytes", async () => {
    const state = place.layout.state;
    const layout = { ...place.layout, state };
    // Five while the base is made, each further on; then the base stays, and fifteen while the layer is.
    for (let turn = 0; turn < 5; turn++) {
      await strike(state, (base * (turn + 0.5)) / 5, turns[turn % turns.length] as Victim, () => {
        for (const name of listStore(layout)) rmSync(`${storeDir(layout)}/${name}`, { recursive: true });
      });
    }
    await buildDebian(layout, { ...recipe, layers: recipe.layers.slice(0, 1) });
    for (let turn = 0; turn < 15; turn++) {
      await strike(state, (layer * (turn + 0.5)) / 15, turns[turn % turns.length] as Victim, () =>
        rmSync(`${storeDir(layout)}/${recipeName(recipe)}`, { recursive: true, force: true }),
      );
    }
    await buildDebian(layout, recipe);
    expectOrder(state);
    expect(listStore(layout).sort()).toEqual(Object.keys(reference).sort());
    expect(readdirSync(storeDir(layout)).filter((name) => name.startsWith(".building-"))).toEqual([]);
  }, 600_000);
});

describe.skipIf(!canBuild)("a full disk", () => {
  /** @param size in MB; what is left on it at the end, below the store */
  async function buildOn(name: string, size: number): Promise<{ problem: unknown; left: string[]; state: string }> {
    const state = join(place.directory, name);
    mkdirSync(state);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${Math.round(size)}000000`, "tmpfs", state]);
    try {
      const layout = { ...place.layout, state };
      const problem = await buildDebian(layout, recipe).catch((error) => error.problems?.[0]);
      const left = existsSync(storeDir(layout)) ? readdirSync(storeDir(layout)) : [];
      return { problem, left, state };
    } finally {
      execFileSync("umount", [state]);
    }
  }
  test("is said before anything is begun, in plain words", async () => {
    const { problem, left, state } = await buildOn("small", 60);
    expect(problem).toMatchObject({
      code: "disk-full",
      message: expect.stringContaining(state),
      details: [expect.stringMatching(/^\d+ MB are needed at least, \d+ MB are free$/)],
    });
    expect(left).toEqual([]);
  });
  test("that shows on the way is said too, and nothing is left on it", async () => {
    const packages = recipe.layers.flat().reduce((sum, { size }) => sum + size, 0) / 1e6;
    const { problem, left, state } = await buildOn("middle", packages * 4.1);
    expect(problem).toMatchObject({ code: "disk-full", message: expect.stringContaining(state) });
    expect((problem as { message: string }).message).toContain("cannot be written");
    expect(left).toEqual([".lock"]);
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
