import { expect, test } from "vitest";
import { concernedUnits, describeFailure, explainFailure, explainReload, withHealth } from "../../src/apply/explain.ts";
import type { ContainerPart } from "../../src/compile/generation.ts";
import type { UnitState } from "../../src/host/systemd.ts";

const state = (unit: string, more: Partial<UnitState> = {}): UnitState => ({
  unit,
  load: "loaded",
  active: "inactive",
  sub: "dead",
  result: "success",
  mainPid: 0,
  invocation: "",
  exitStatus: 0,
  since: null,
  ...more,
});

function fake(states: readonly UnitState[]) {
  const asked: unknown[] = [];
  return {
    asked,
    states: async () => Object.fromEntries(states.map((one) => [one.unit, one])),
    log: async (units: readonly string[], options: object) => {
      asked.push([units, options]);
      return ["boom"];
    },
  };
}

test("the companion that failed is named, not the unit that waited for it", async () => {
  const systemd = fake([
    state("container@web.service"),
    state("container-net@web.service", { active: "failed", result: "exit-code", exitStatus: 2 }),
  ]);
  const failure = await explainFailure(systemd, ["container@web.service", "container-net@web.service"], 5000);
  expect(failure).toEqual({ text: "container-net@web.service failed: exit status 2", log: ["boom"], isItself: false });
  expect(systemd.asked).toEqual([[["container-net@web.service"], { lines: 20, since: 5000 }]]);
});

test("a unit that is tried again and again counts as failed", async () => {
  const systemd = fake([state("a.service", { active: "activating", result: "exit-code", exitStatus: 1 })]);
  expect((await explainFailure(systemd, ["a.service"], 0))?.text).toBe(
    "a.service failed, and is being started again: exit status 1",
  );
});

test("a unit that systemd has begun to start anew says why it was necessary", async () => {
  const systemd = fake([state("a.service", { active: "activating", sub: "start-post" }), state("b.service")]);
  expect(await explainFailure(systemd, ["a.service", "b.service"], 7)).toEqual({
    text: "a.service failed, and is being started again",
    log: ["boom"],
    isItself: false,
  });
  expect(systemd.asked).toEqual([[["a.service"], { lines: 20, since: 7 }]]);
});

test("of a container with a health check it says what that said, also where many lines came after", async () => {
  const failure = { text: "web.service failed: exit status 1", log: ["last"], isItself: true };
  const [reason, further] = ["not healthy 2 seconds after its start; the last check: status 3", "Failed to start"];
  const systemd = {
    log: async (_: readonly string[], { priority }: object & { priority?: string }) =>
      priority === "notice" ? [reason, further] : [],
  };
  const part = { unit: "web.service", health: "container-health@web.service" } as unknown as ContainerPart;
  expect((await withHealth(systemd, part, 0, failure)).log).toEqual([reason, "last"]);
  expect((await withHealth(systemd, part, 0, { ...failure, log: [reason] })).log).toEqual([reason]);
  const { health: _, ...without } = part;
  expect(await withHealth(systemd, without, 0, failure)).toBe(failure);
});

test("a unit that failed itself says so", async () => {
  const systemd = fake([state("a.service", { active: "failed", result: "signal" }), state("b.service")]);
  expect((await explainFailure(systemd, ["a.service", "b.service"], 0))?.isItself).toBe(true);
});

test("a unit that runs, and whose reload failed, says why", async () => {
  const systemd = fake([state("net.service", { active: "active" }), state("b.service")]);
  expect(await explainReload(systemd, "net.service", 7)).toEqual({
    text: "net.service runs, and did not take over what changed",
    log: ["boom"],
    isItself: false,
  });
  expect(systemd.asked).toEqual([[["net.service"], { lines: 20, since: 7 }]]);
  expect(await explainReload(systemd, "b.service", 7)).toBeNull();
});

test("nothing failed: nothing is claimed", async () => {
  expect(await explainFailure(fake([state("a.service")]), ["a.service"], 0)).toBeNull();
});

test.each([
  ["signal", "x.service failed: ended by signal 9"],
  ["timeout", "x.service failed: not done in time"],
  ["start-limit-hit", "x.service failed: started too often within a short time"],
  ["watchdog", "x.service failed (watchdog)"],
])("systemd's result in words: %s", (result, text) => {
  expect(describeFailure(state("x.service", { active: "failed", result, exitStatus: 9 }))).toBe(text);
});

test("a container is concerned by those that it needs, however far, and by their companions", () => {
  const part = (name: string, dependsOn: string[]) =>
    ({ name, unit: `${name}.service`, companions: [`net-${name}.service`], dependsOn }) as unknown as ContainerPart;
  const parts = [part("front", ["web"]), part("web", ["db"]), part("db", []), part("other", ["db"])];
  const units = ["web", "net-web", "db", "net-db"].map((name) => `${name}.service`);
  expect(concernedUnits("web.service", parts).sort()).toEqual(units.sort());
  expect(concernedUnits("x.service", parts)).toEqual(["x.service"]);
  // A network that several share, and nothing that is somebody else's.
  const needing = { name: "x.service", sections: { Unit: { Requires: "docker.service net.service" } } };
  const all = { "x.service": needing, "net.service": { name: "net.service", sections: {} } };
  expect(concernedUnits("x.service", parts, all)).toEqual(["x.service", "net.service"]);
});
