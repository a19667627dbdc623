/** A process that ends before any of its writes: what is on disk then is what a boot, or the next switch, can go by. */
import fs, { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { nothing, readJournal } from "../../src/apply/journal.ts";
import { type Machine, machineEffects } from "../../src/apply/machine.ts";
import { giveNextBoot, isDivided } from "../../src/apply/next-boot.ts";
import type { Generation } from "../../src/compile/generation.ts";
import type { Systemd } from "../../src/host/systemd.ts";
import type { Plan } from "../../src/plan/plan.ts";
import {
  activeGeneration,
  currentGeneration,
  listGenerations,
  setActiveGeneration,
  setCurrentGeneration,
  writeGeneration,
} from "../../src/store/generations.ts";
import type { Layout } from "../../src/store/layout.ts";

/** How many changes of the disk are still let through; none after the first that is not. */
const left = { writes: Number.POSITIVE_INFINITY };
const changing = [
  "renameSync",
  "rmSync",
  "mkdirSync",
  "mkdtempSync",
  "rmdirSync",
  "symlinkSync",
  "writeFileSync",
] as const;
type Functions = Record<(typeof changing)[number], (...args: readonly unknown[]) => unknown>;
const functions = fs as unknown as Functions;
const real = Object.fromEntries(changing.map((name) => [name, functions[name]])) as Functions;

// In the module itself: other files' tests have loaded what is tested here already.
beforeAll(() => {
  for (const name of changing) {
    functions[name] = (...args) => {
      left.writes -= 1;
      if (left.writes < 0) throw new Error("killed");
      return real[name](...args);
    };
  }
  syncBuiltinESMExports();
});
afterAll(() => {
  Object.assign(functions, real);
  syncBuiltinESMExports();
});

let dir: string;
let layout: Layout;
beforeEach(() => start());
afterEach(() => end());

function start(): void {
  left.writes = Number.POSITIVE_INFINITY;
  dir = mkdtempSync(`${tmpdir()}/stowage-test-`);
  layout = {
    state: `${dir}/state`,
    etc: `${dir}/etc`,
    run: `${dir}/run`,
    units: `${dir}/units`,
    cache: `${dir}/cache`,
  };
  mkdirSync(layout.units);
}
function end(): void {
  left.writes = Number.POSITIVE_INFINITY;
  rmSync(dir, { recursive: true, force: true });
}

const carrier = { program: ["/usr/bin/node", "/opt/cli.js"], boot: "00000000-77b0-4a9c-844d-6ee373df8368" };
const generation = (id: string): Generation => ({
  ...nothing,
  id: id.repeat(32),
  units: { [`${id}.service`]: { name: `${id}.service`, sections: {} } },
});
const [one, two, three] = [generation("a"), generation("b"), generation("c")];

const systemd = new Proxy({} as Systemd, { get: () => async () => ({}) });
const containers = new Proxy({} as Machine["containers"], { get: () => () => undefined });

/** A switch or test: the former unit goes, the next one comes. */
async function change(current: Generation, next: Generation, more: Partial<Machine>): Promise<void> {
  const [gone] = Object.keys(current.units);
  const [comes] = Object.keys(next.units);
  const actions = [
    { do: "remove-unit", unit: gone as string },
    { do: "write-unit", unit: comes as string },
    { do: "record-generation" },
  ] as const;
  const steps = actions.map((action, index) => ({
    id: String(index),
    action,
    because: "a test",
    after: index === 0 ? [] : [String(index - 1)],
  }));
  const plan: Plan = { current, next, steps, kept: [], notices: [], blocked: [], drift: [] };
  const machine: Machine = {
    layout,
    systemd,
    containers,
    hostsFile: `${dir}/hosts`,
    current: null,
    leftBehind: [],
    carrier,
    ...more,
  };
  await apply(plan, machineEffects(plan, machine));
}

/** What carries over at the next boot, whole. */
const hasUnit = (): boolean =>
  existsSync(`${layout.units}/stowage-boot.service`) &&
  existsSync(`${layout.units}/multi-user.target.wants/stowage-boot.service`) &&
  readlinkSync(`${layout.units}/multi-user.target.wants/stowage-boot.service`) === "../stowage-boot.service";
const has = (one: Generation): boolean => existsSync(`${layout.units}/${Object.keys(one.units)[0]}`);

/** Plays it from the beginning, cut before its first write, its second, … until it comes to its end. */
async function cutEverywhere(before: () => void, play: () => unknown, look: () => void): Promise<number> {
  for (let writes = 0; ; writes++) {
    end();
    start();
    before();
    left.writes = writes;
    let isCut = false;
    try {
      await play();
    } catch {
      isCut = true;
    }
    isCut ||= left.writes < 0;
    left.writes = Number.POSITIVE_INFINITY;
    look();
    if (!isCut) return writes;
  }
}

/** The machine has `one`, and so has the next boot. */
function switched(): void {
  setCurrentGeneration(layout, writeGeneration(layout, one));
  mkdirSync(layout.units, { recursive: true });
  left.writes = Number.POSITIVE_INFINITY;
}

describe("cut before any write", () => {
  test("boot: the machine has what it had; another generation for the boot only with what carries it over", async () => {
    const seen = new Set<string>();
    const writes = await cutEverywhere(
      switched,
      () => giveNextBoot(layout, two, null, carrier, [one]),
      () => {
        const pointers = [currentGeneration(layout), activeGeneration(layout)];
        seen.add(pointers.join(" "));
        if (isDivided(layout)) expect(hasUnit()).toBe(true);
      },
    );
    expect(writes).toBeGreaterThan(10);
    expect([...seen]).toEqual(["1 1", "2 1"]);
  });

  test("the first boot of all", async () => {
    const seen = new Set<string>();
    await cutEverywhere(
      () => undefined,
      () => giveNextBoot(layout, two, null, carrier, []),
      () => {
        seen.add([currentGeneration(layout), activeGeneration(layout)].join(" "));
        if (isDivided(layout)) expect(hasUnit()).toBe(true);
      },
    );
    expect([...seen]).toEqual([" ", "1 1", "2 1"]);
  });

  test("test: nothing is touched before the next boot can put it right", async () => {
    const play = () => change(one, two, { current: 1, nextBoot: one, becomes: "active" });
    await cutEverywhere(switched, play, () => {
      expect(currentGeneration(layout)).toBe(1);
      if (has(two)) expect([activeGeneration(layout), hasUnit()]).toEqual([2, true]);
      if (isDivided(layout)) expect(hasUnit()).toBe(true);
    });
    expect([has(two), isDivided(layout), readJournal(layout)]).toEqual([true, true, null]);
  });

  test.each([
    ["what the next boot has", () => two],
    ["a third one", () => three],
  ])("a switch while there are two, to %s: they are two with what carries over, or one that is done", async (_, to) => {
    const before = () => {
      switched();
      giveNextBoot(layout, two, null, carrier, [one]);
    };
    const play = () => change(one, to(), { current: 1, nextBoot: two, ...(to() === two && { stored: 2 }) });
    await cutEverywhere(before, play, () => {
      if (isDivided(layout)) expect(hasUnit()).toBe(true);
      else expect([has(to()), currentGeneration(layout)]).toEqual([true, listGenerations(layout).at(-1)]);
      // Cut between the two pointers the machine is as `current` says, and `active` not: then the journal names both.
      if (isDivided(layout) && has(to()))
        expect(readJournal(layout)).toMatchObject({ from: [1], to: listGenerations(layout).at(-1), pending: null });
    });
    expect([isDivided(layout), hasUnit()]).toEqual([false, false]);
  });

  test("at boot: the unit is there for as long as there are two", async () => {
    const before = () => {
      switched();
      giveNextBoot(layout, two, null, carrier, [one]);
    };
    const play = () => change(one, two, { current: 1, nextBoot: two, stored: 2, becomes: "current-at-boot" });
    await cutEverywhere(before, play, () => {
      expect(currentGeneration(layout)).toBe(2);
      if (isDivided(layout)) expect(hasUnit()).toBe(true);
      else expect(has(two)).toBe(true);
    });
    expect([isDivided(layout), hasUnit()]).toEqual([false, false]);
  });

  test("a test of another, and a boot of what is active", async () => {
    const before = () => {
      switched();
      setActiveGeneration(layout, writeGeneration(layout, two));
      giveNextBoot(layout, three, null, carrier, [one, two]);
    };
    await cutEverywhere(
      before,
      () => giveNextBoot(layout, two, 2, carrier, [three]),
      () => {
        expect(activeGeneration(layout)).toBe(2);
        if (isDivided(layout)) expect(hasUnit()).toBe(true);
      },
    );
    expect([isDivided(layout), hasUnit(), currentGeneration(layout)]).toEqual([false, false, 2]);
  });
});
