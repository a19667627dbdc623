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
  meant: null,
  onChange: "auto",
  unitChanged: false,
  system: "same",
  networkChanged: false,
  needsOthers: false,
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
  ["tried again and again, and its system differs", { ...failing, system: "other" }, "swap"],
  ["tried again and again, and is not to be restarted", { ...failing, onChange: "none" }, "restart"],
  ["it starts", starting, "none"],
  ["it starts, and the last switch did not do all", { ...starting, interrupted: true }, "start"],
  ["removed while stopped", { presence: "removed", ...stopped }, "none"],
  ["its unit differs", { unitChanged: true }, "restart"],
  ["its system differs", { system: "other" }, "swap"],
  ["its system and unit differ", { system: "other", unitChanged: true }, "swap"],
  ["what it declares differs", { system: "declared" }, "reload"],
  ["what it declares and its unit differ", { system: "declared", unitChanged: true }, "swap"],
  ["what it declares and its network differ", { system: "declared", networkChanged: true }, "stop-start"],
  ["what it declares differs while it starts", { ...starting, system: "declared" }, "swap"],
  ["what it declares differs while it is tried again and again", { ...failing, system: "declared" }, "swap"],
  ["always a restart: what it declares differs", { system: "declared", onChange: "restart" }, "swap"],
  ["always a restart: its unit differs", { unitChanged: true, onChange: "restart" }, "restart"],
  ["never a restart: what it declares differs", { system: "declared", onChange: "reload" }, "reload"],
  ["never a restart: its unit differs too", { system: "declared", unitChanged: true, onChange: "reload" }, "reload"],
  [
    "never a restart: its network differs too",
    { system: "declared", networkChanged: true, onChange: "reload" },
    "reload",
  ],
  ["never a restart: its unit differs", { unitChanged: true, onChange: "reload" }, "keep"],
  ["never a restart: its packages differ", { system: "other", onChange: "reload" }, "keep"],
  ["never a restart: it is still starting", { ...starting, system: "declared", onChange: "reload" }, "keep"],
  ["left alone: what it declares differs", { system: "declared", onChange: "none" }, "keep"],
  ["left alone, and it had failed", { ...failed, system: "declared", onChange: "none" }, "start"],
  ["nothing differs, always a restart", { onChange: "restart" }, "none"],
  ["its network differs", { networkChanged: true }, "stop-start"],
  ["all differs", { networkChanged: true, system: "other", unitChanged: true }, "stop-start"],
  ["it differs, and is not to be restarted", { unitChanged: true, onChange: "none" }, "keep"],
  ["stopped by a person, and it differs", { ...stopped, unitChanged: true }, "none"],
  ["stopped by a person", { ...stopped }, "none"],
  [
    "stopped, perhaps with what it needs by a switch that was cut short",
    { ...stopped, interrupted: true, needsOthers: true },
    "start",
  ],
  ["the same, not started by itself", { ...stopped, interrupted: true, needsOthers: true, autoStart: false }, "none"],
  ["stopped by a person, though it needs others", { ...stopped, needsOthers: true }, "none"],
  ["stopped by a switch that was cut short", { ...stopped, networkChanged: true, interrupted: true }, "start"],
  ["stopped by a person before a switch that was cut short", { ...stopped, interrupted: true }, "none"],
  [
    "stopped by a person, as the cut short switch had noted, and it differs",
    { ...stopped, unitChanged: true, interrupted: true, meant: false },
    "none",
  ],
  [
    "stopped, and that switch had noted that it ran",
    { ...stopped, interrupted: true, meant: true, autoStart: false },
    "start",
  ],
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
  ["of a container that takes over in place", { decision: "reload", running: "failed" }, true],
  ["new to a container that keeps running", { running: "stopped", onChange: "none" }, false],
])("a socket: %s", (_, state, starts) => {
  const calm = { running: "running", container: "running", decision: "none", onChange: "auto" } as const;
  expect(startsSocket({ ...calm, ...state })).toBe(starts);
});
