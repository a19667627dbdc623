/** stop, kill and what goes along, with a systemd and an engine that are made of values. */
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../src/cli/jobs.ts";
import type { ContainerPart } from "../../src/compile/generation.ts";
import type { UnitState } from "../../src/host/systemd.ts";
import { container, World } from "./world.ts";

type State = Pick<UnitState, "active" | "result">;

// Tests share their modules: what others have loaded has none of these mocks, and is to have none afterwards.
const machine = vi.hoisted(() => {
  vi.resetModules();
  return {
    states: {} as Record<string, State>,
    /** What a unit's end leaves behind; default: as it should be. */
    ends: {} as Record<string, State>,
    done: [] as string[],
    inits: [] as number[],
    engine: { kill: 0, states: null as ReadonlyMap<string, string> | null },
  };
});
afterAll(() => void vi.resetModules());
const stateOf = (unit: string): State => machine.states[unit] ?? { active: "inactive", result: "success" };

vi.mock("../../src/cli/booted.ts", () => ({ requireBooted: () => undefined }));
vi.mock("../../src/cli/systemd.ts", () => {
  const job = (verb: string, active: string) => async (unit: string) => {
    machine.done.push(`${verb} ${unit}`);
    if (verb !== "stop") machine.states[unit] = { active, result: "success" };
    // One that is down, or has failed, stays as it is.
    else if (!["inactive", "failed"].includes(stateOf(unit).active)) {
      machine.states[unit] = machine.ends[unit] ?? { active, result: "success" };
    }
  };
  const systemd = {
    start: job("start", "active"),
    stop: job("stop", "inactive"),
    restart: job("restart", "active"),
    kill: async (unit: string) => void machine.done.push(`kill ${unit}`),
    resetFailed: async (unit: string) => {
      machine.states[unit] = { active: "inactive", result: "success" };
    },
    activity: async (units: string[]) => Object.fromEntries(units.map((unit) => [unit, stateOf(unit)])),
    states: async (units: string[]) =>
      Object.fromEntries(
        units.map((unit) => [unit, { unit, load: "loaded", sub: "", mainPid: 0, restarts: 0, ...stateOf(unit) }]),
      ),
    log: async () => [],
    leave: () => undefined,
  };
  return { systemdOf: () => systemd };
});
vi.mock("../../src/host/nspawn.ts", async (original) => ({
  ...(await original<object>()),
  initsOf: () => machine.inits,
}));
vi.mock("../../src/host/engines.ts", async (original) => ({
  ...(await original<object>()),
  killContainer: async () => {
    machine.done.push("engine");
    return { status: machine.engine.kill, stdout: "", stderr: "" };
  },
  containerStates: async () => machine.engine.states,
}));

let world: World;
beforeEach(() => {
  world = new World();
  Object.assign(machine, { states: {}, ends: {}, done: [], inits: [], engine: { kill: 0, states: null } });
});
afterEach(() => world.end());

const unit = "container@web.service";
const up: State = { active: "active", result: "success" };
const needs = (name: string, ...dependsOn: string[]) => container(name, { dependsOn });
const oci = (engine: { kill: number; states: ReadonlyMap<string, string> | null }): ContainerPart => {
  machine.states[unit] = up;
  machine.engine = engine;
  return container("web", { kind: "oci", oci: { engine: "podman", user: "root" } as ContainerPart["oci"] & object });
};
async function answer(...argv: string[]) {
  const { code, out, err } = await world.run(...argv, "--json");
  const rows: Outcome[] = JSON.parse(out);
  return { code, err, of: Object.fromEntries(rows.map((row) => [row.name, row])) };
}

describe("what somebody ends is down", () => {
  test.each(["stop", "kill"])("%s of one that has failed: no switch starts it", async (verb) => {
    world.containers(container("web", { autoStart: true }));
    machine.states[unit] = { active: "failed", result: "exit-code" };
    const { code, err, of } = await answer(verb, "web");
    expect([code, err, of.web?.killed, of.web?.state]).toEqual([0, "", false, "down"]);
    expect(machine.states[unit]?.active).toBe("inactive");
  });

  test("that systemd had to kill it is said, and it is down", async () => {
    world.containers(container("web"));
    machine.states[unit] = up;
    machine.ends[unit] = { active: "failed", result: "timeout" };
    const { err, of } = await answer("stop", "web");
    expect([err, of.web?.killed, of.web?.state]).toEqual([expect.stringContaining("TimeoutStopSec="), true, "down"]);
  });

  test("that its start took too long, once, is not how it was ended", async () => {
    world.containers(container("web"));
    machine.states[unit] = { active: "failed", result: "timeout" };
    const { err, of } = await answer("stop", "web");
    expect([err, of.web?.killed, of.web?.state]).toEqual(["", false, "down"]);
  });
});

describe("what goes along", () => {
  beforeEach(() => {
    world.containers(needs("front", "web"), needs("web", "db"), needs("db"), needs("other"));
    for (const name of ["front", "web", "db", "other"]) machine.states[`container@${name}.service`] = up;
  });

  test("is each one's own", async () => {
    const { err, of } = await answer("stop", "web", "other");
    expect(err).toBe("front is stopped, too: it needs web\n");
    expect([of.web?.along, of.other?.along]).toEqual([["front"], []]);
  });

  test("goes with a kill, and with no other signal", async () => {
    machine.inits = [process.pid];
    expect(await answer("kill", "db", "--signal", "WINCH")).toMatchObject({
      code: 0,
      err: "",
      of: { db: { along: [] } },
    });
    machine.inits = [];
    const killed = await answer("kill", "db", "--signal", "KILL");
    expect([killed.err.split("\n")[0], killed.of.db?.along]).toEqual([
      "web is stopped, too: it needs db",
      ["web", "front"],
    ]);
  });
});

test("a signal to one that has just ended: it is not running, and the others' outcomes are told", async () => {
  world.containers(container("web"));
  // Above the greatest number that the kernel gives, proc_sys_kernel(5).
  machine.inits = [2 ** 22 + 1];
  const { code, of } = await answer("kill", "web", "--signal", "HUP");
  expect([code, of.web?.failure?.text]).toEqual([4, expect.stringContaining("is not running")]);
});

describe("an engine that is to kill", () => {
  test.each([
    ["does", { kill: 0, states: null }, []],
    ["cannot: its unit's processes are killed", { kill: 125, states: null }, [`kill ${unit}`]],
    ["cannot, and it runs", { kill: 125, states: new Map([["web", "running"]]) }, [`kill ${unit}`]],
    ["finds it ended", { kill: 125, states: new Map([["web", "exited"]]) }, []],
    ["finds it gone", { kill: 125, states: new Map() }, []],
  ])("%s", async (_, engine, killed) => {
    world.containers(oci(engine));
    expect(await answer("kill", "web")).toMatchObject({ code: 0, of: { web: { killed: true, state: "down" } } });
    expect(machine.done).toEqual(["engine", ...killed, `stop ${unit}`]);
  });
});
