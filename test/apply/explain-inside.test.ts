import { expect, test } from "vitest";
import { explainInside } from "../../src/apply/explain-inside.ts";
import type { UnitState } from "../../src/host/systemd.ts";

const state = (unit: string, more: Partial<UnitState> = {}): UnitState => ({
  unit,
  load: "loaded",
  active: "active",
  sub: "running",
  result: "success",
  mainPid: 0,
  invocation: "",
  exitStatus: 0,
  since: null,
  ...more,
});
const systemd = (word: string, ...states: readonly UnitState[]) => ({
  states: async (units: readonly string[]) =>
    Object.fromEntries(
      units.flatMap((unit) => states.filter((one) => one.unit === unit)).map((one) => [one.unit, one]),
    ),
  log: async (units: readonly string[]) => [`${word}: ${units.join(" ")}`],
});
const web = { name: "web", unit: "container@web.service" };

function explained(units: readonly UnitState[], container: Partial<UnitState> = {}) {
  const host = systemd("host", state("container@web.service", container));
  return explainInside(host, web, 0, {
    notRight: async () => units.map(({ unit }) => unit),
    systemd: systemd("inside", ...units),
  });
}

test("the unit that failed, with its state, its status and its own last lines", async () => {
  const bad = state("bad.service", { active: "failed", result: "exit-code", exitStatus: 3 });
  const idle = state("idle.service", { active: "inactive" });
  expect(await explained([bad, idle])).toEqual({
    text: "inside web: bad.service failed: exit status 3",
    log: ["inside: bad.service"],
    isItself: true,
  });
});

test("what takes too long is told as that; what came up meanwhile is not", async () => {
  const slow = state("slow.service", { active: "activating", sub: "start" });
  const idle = state("idle.service", { active: "inactive" });
  expect(await explained([slow, idle, state("up.service")])).toMatchObject({
    text: "inside web: slow.service is still starting (start); idle.service does not run (inactive)",
    log: ["inside: slow.service idle.service"],
  });
});

test("no unit at all: the program's own words, from the host's journal", async () => {
  expect(await explained([])).toMatchObject({
    text: "container web could not take over what is declared",
    log: ["host: container@web.service"],
  });
});

test("a container that does not run is told of by its own state", async () => {
  expect(await explained([], { active: "inactive" })).toBeNull();
});
