import { describe, expect, test } from "vitest";
import {
  type ContainerState,
  type Decision,
  decideContainer,
  decideUnit,
  runningOf,
  type SocketState,
  startsSocket,
} from "../../src/plan/index.ts";

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
const failing = { running: "failing" } as const;
const starting = { running: "starting" } as const;

test.each<[string, Partial<ContainerState>, Decision]>([
  ["nothing differs", {}, "none"],
  ["new", { presence: "new", ...stopped }, "start"],
  ["new, not started by itself", { presence: "new", ...stopped, autoStart: false }, "none"],
  ["new, and a cut short switch got as far as starting it", { presence: "new", interrupted: true }, "none"],
  ["removed", { presence: "removed" }, "stop"],
  ["removed while failed: systemd is to forget it", { presence: "removed", ...failed }, "stop"],
  ["removed while it is tried again and again", { presence: "removed", ...failing }, "stop"],
  ["it is tried again and again", failing, "restart"],
  ["new, and tried again and again", { ...failing, presence: "new" }, "restart"],
  ["tried again and again, not started by itself", { ...failing, autoStart: false }, "none"],
  ["tried again and again, and its system differs", { ...failing, systemChanged: true }, "swap"],
  ["tried again and again, and is not to be restarted", { ...failing, restartIfChanged: false }, "restart"],
  ["it starts", starting, "none"],
  ["it starts, and the last switch did not do all", { ...starting, interrupted: true }, "start"],
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
    ["gone, and it had failed", { inNext: false, running: "failed" }, "stop"],
    ["gone, and stopped", { inNext: false, running: "stopped" }, "none"],
    ["not running", { running: "stopped", changed: true }, "none"],
  ])("%s", (_, state, decision) => {
    expect(decideUnit({ ...unit, ...state })).toBe(decision);
  });
});

test("states of systemd", () => {
  const states = ["active", "reloading", "activating", "inactive", "deactivating", "failed"];
  const found = states.map((active) => runningOf({ active, sub: "" }));
  expect(found).toEqual(["running", "running", "starting", "stopped", "stopped", "failed"]);
  const subs = ["auto-restart", "auto-restart-queued", "start"];
  expect(subs.map((sub) => runningOf({ active: "activating", sub }))).toEqual(["failing", "failing", "starting"]);
});

test.each<[string, Partial<SocketState>, boolean]>([
  ["listens", {}, false],
  ["could not listen", { running: "failed" }, true],
  ["does not listen", { running: "stopped" }, true],
  ["starts with its container", { decision: "start", container: "stopped", running: "stopped" }, true],
  ["of a stopped container", { container: "stopped", running: "stopped" }, false],
  ["of a container that keeps running as it was", { decision: "keep", running: "stopped" }, false],
  ["new to a container that keeps running", { running: "stopped", restartIfChanged: false }, false],
])("a socket: %s", (_, state, starts) => {
  const calm = { running: "running", container: "running", decision: "none", restartIfChanged: true } as const;
  expect(startsSocket({ ...calm, ...state })).toBe(starts);
});
