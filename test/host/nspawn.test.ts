import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { endOf, endUnit } from "../../src/host/nspawn.ts";
import type { Systemd, UnitState } from "../../src/host/systemd.ts";

type Active = Pick<UnitState, "active" | "sub">;

/** A systemd with units that shut down after so many milliseconds, or when they are killed. */
class Manager {
  readonly done: string[] = [];
  readonly killed: string[] = [];
  /** How often it was asked for states. */
  looks = 0;
  readonly units: Record<string, Active> = {};
  readonly #ends = new Map<string, () => void>();
  readonly systemd = {
    stop: (unit: string) => this.#end("stop", unit),
    restart: (unit: string) => this.#end("restart", unit),
    kill: async (unit: string) => {
      this.killed.push(unit);
      this.#ends.get(unit)?.();
    },
    states: async (units: readonly string[]) => {
      this.looks++;
      return Object.fromEntries(units.map((unit) => [unit, { unit, mainPid: 0, ...this.units[unit] }]));
    },
  } as unknown as Systemd;
  readonly #takes: Readonly<Record<string, number>>;

  constructor(takes: Readonly<Record<string, number>>, state: Active = { active: "active", sub: "running" }) {
    this.#takes = takes;
    for (const unit of Object.keys(takes)) this.units[unit] = state;
  }

  async #end(verb: string, unit: string): Promise<void> {
    this.units[unit] = { active: "deactivating", sub: "stop-sigterm" };
    const stopped = new AbortController();
    this.#ends.set(unit, () => stopped.abort());
    await sleep(this.#takes[unit], undefined, { signal: stopped.signal }).catch(() => undefined);
    this.units[unit] = { active: verb === "stop" ? "inactive" : "activating", sub: "start" };
    if (verb === "restart") await sleep(500);
    this.done.push(`${verb} ${unit}`);
  }
}

describe("ending a unit", () => {
  test("in time: nothing is killed", async () => {
    const manager = new Manager({ web: 20 });
    expect(await endUnit(manager.systemd, "stop", "web", { after: 5000 })).toEqual([]);
    expect([manager.done, manager.killed]).toEqual([["stop web"], []]);
  });

  test("without a limit it is waited for", async () => {
    const manager = new Manager({ web: 700 }, { active: "activating", sub: "start" });
    expect(await endUnit(manager.systemd, "stop", "web")).toEqual([]);
    expect(manager.done).toEqual(["stop web"]);
  });

  test("its time over, it is killed, once", async () => {
    const manager = new Manager({ web: 60_000 });
    expect(await endUnit(manager.systemd, "stop", "web", { after: 50 })).toEqual(["web"]);
    expect([manager.done, manager.killed]).toEqual([["stop web"], ["web"]]);
  });

  test("at once", async () => {
    const manager = new Manager({ web: 60_000 });
    expect(await endUnit(manager.systemd, "stop", "web", { after: 0 })).toEqual(["web"]);
  });

  test("of a restart only the first half has a limit", async () => {
    const manager = new Manager({ web: 60_000 });
    expect(await endUnit(manager.systemd, "restart", "web", { after: 50 })).toEqual(["web"]);
    expect(manager.killed).toEqual(["web"]);
    // Nor is systemd asked without a pause once it is over: here half a second long.
    expect(manager.looks).toBeLessThan(6);
    const quick = new Manager({ web: 10 });
    expect(await endUnit(quick.systemd, "restart", "web", { after: 100 })).toEqual([]);
  });

  test("what has to be down before it is killed, too; what is down, or cleans up after itself, is not", async () => {
    const manager = new Manager({ db: 60_000, web: 60_000, down: 0, cleaning: 0 });
    manager.units.down = { active: "inactive", sub: "dead" };
    manager.units.cleaning = { active: "deactivating", sub: "stop-post" };
    const killed = await endUnit(manager.systemd, "stop", "db", { after: 10, before: ["web", "down", "cleaning"] });
    expect(killed).toEqual(["db", "web"]);
  });
});

test("the end of a process is waited for, and not that of another with its number", async () => {
  const child = spawn("sleep", ["60"]);
  const gone = endOf([child.pid ?? 0]);
  let isGone = false;
  const waiting = gone().then(() => {
    isGone = true;
  });
  await sleep(100);
  expect(isGone).toBe(false);
  child.kill("SIGKILL");
  await waiting;
  await endOf([2 ** 22 + 1])();
});
