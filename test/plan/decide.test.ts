import { describe, expect, test } from "vitest";
import { type ContainerState, type Decision, decideContainer, decideUnit, runningOf } from "../../src/plan/index.ts";

/** Unchanged, wanted, running. */
const calm: ContainerState = {
  presence: "kept",
  running: "running",
  autoStart: true,
  interrupted: false,
  restartIfChanged: true,
  unitChanged: false,
  systemChanged: false,
  networkChanged: false,
};
const stopped = { running: "stopped" } as const;
const failed = { running: "failed" } as const;

test.each<[string, Partial<ContainerState>, Decision]>([
  ["nothing differs", {}, "none"],
  ["new", { presence: "new", ...stopped }, "start"],
  ["new, not started by itself", { presence: "new", ...stopped, autoStart: false }, "none"],
  ["new, and a cut short switch got as far as starting it", { presence: "new", interrupted: true }, "none"],
  ["removed", { presence: "removed" }, "stop"],
  ["removed while stopped", { presence: "removed", ...stopped }, "none"],
  ["its unit differs", { unitChanged: true }, "restart"],
  ["its system differs", { systemChanged: true }, "swap"],
  ["its system and unit differ", { systemChanged: true, unitChanged: true }, "swap"],
  ["its network differs", { networkChanged: true }, "stop-start"],
  ["all differs", { networkChanged: true, systemChanged: true, unitChanged: true }, "stop-start"],
  ["it differs, and is not to be restarted", { unitChanged: true, restartIfChanged: false }, "keep"],
  ["stopped by a person, and it differs", { ...stopped, unitChanged: true }, "none"],
  ["stopped by a person", { ...stopped }, "none"],
  ["stopped by a switch that was cut short", { ...stopped, networkChanged: true, interrupted: true }, "start"],
  ["stopped by a person before a switch that was cut short", { ...stopped, interrupted: true }, "none"],
  ["failed", failed, "start"],
  ["failed, not started by itself", { ...failed, autoStart: false }, "none"],
  ["failed, not started by itself, and it differs", { ...failed, autoStart: false, unitChanged: true }, "start"],
])("a container: %s", (_, state, decision) => {
  expect(decideContainer({ ...calm, ...state })).toBe(decision);
});

describe("another unit", () => {
  const unit = { running: "running", inNext: true, changed: false, reloadTriggered: false } as const;
  test.each<[string, Partial<Parameters<typeof decideUnit>[0]>, Decision]>([
    ["nothing differs", {}, "none"],
    ["its files differ", { reloadTriggered: true }, "reload"],
    ["it differs", { changed: true }, "restart"],
    ["both", { changed: true, reloadTriggered: true }, "restart"],
    ["gone", { inNext: false }, "stop"],
    ["not running", { running: "stopped", changed: true }, "none"],
  ])("%s", (_, state, decision) => {
    expect(decideUnit({ ...unit, ...state })).toBe(decision);
  });
});

test("states of systemd", () => {
  const states = ["active", "activating", "reloading", "inactive", "deactivating", "failed"];
  expect(states.map(runningOf)).toEqual(["running", "running", "running", "stopped", "stopped", "failed"]);
});
