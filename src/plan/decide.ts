/**
 * What is done to a unit: small pure functions with a closed answer, the smallest action that suffices. Rules:
 * a unit that a person stopped is left alone; what does not differ is left alone.
 */

import type { ContainerPart } from "../compile/generation.ts";
import type { ObservedUnit } from "./plan.ts";

/**
 * - `starting`: its start has not come to an end; nobody knows yet how it ends.
 * - `failing`: it failed, and systemd tries it again by itself (Restart=).
 */
export type Running = "running" | "starting" | "failing" | "stopped" | "failed";

/** Of ActiveState and SubState; systemd 254 and later have `auto-restart-queued` too. */
export function runningOf({ active, sub }: ObservedUnit): Running {
  if (active === "activating") return sub.startsWith("auto-restart") ? "failing" : "starting";
  if (active === "failed") return "failed";
  return active === "active" || active === "reloading" ? "running" : "stopped";
}

/** Of a unit of a machine; one that systemd does not know is stopped. */
export const runningIn = (units: Readonly<Record<string, ObservedUnit>>, unit: string): Running =>
  runningOf(units[unit] ?? { active: "inactive", sub: "dead" });

/** Whether processes of the unit are there, or will be without us. */
export const isUp = (running: Running): boolean => running !== "stopped" && running !== "failed";

/**
 * - `none`: nothing; nothing that matters differs, or it is stopped by a person's will.
 * - `start`, `stop`: what they say.
 * - `reload`: the unit reads its files anew; a container takes over what is declared, in place.
 * - `restart`: one job, after the new definitions are in place.
 * - `swap`: stopped, given its new declared directory where that differs, started; all with the new unit files in place.
 * - `stop-start`: stopped with its old definitions before anything is written, started with the new ones.
 * - `keep`: it differs, and is left running as it was because the configuration says so.
 */
export type Decision = "none" | "start" | "stop" | "reload" | "restart" | "swap" | "stop-start" | "keep";

export interface ContainerState {
  /** "kept": in the former and in the next generation. */
  readonly presence: "new" | "kept" | "removed";
  readonly running: Running;
  readonly autoStart: boolean;
  /** The former switch was cut short. */
  readonly interrupted: boolean;
  /** Whether it ran before that switch, or was to run after it; null: that is not known. */
  readonly meant: boolean | null;
  readonly onChange: ContainerPart["onChange"];
  /** Its own unit differs. */
  readonly unitChanged: boolean;
  readonly system: SystemChange;
  /** Its network unit differs, or goes. */
  readonly networkChanged: boolean;
  /** It depends on other containers, and is stopped where they are. */
  readonly needsOthers: boolean;
}

/**
 * How what a container should have differs from what it runs with: not at all, in what is declared inside, or in what that
 * stands on (its packages, its tree). An ephemeral container's shows in its unit.
 */
export type SystemChange = "same" | "declared" | "other";

export function decideContainer(state: ContainerState): Decision {
  const changed = state.unitChanged || state.system !== "same" || state.networkChanged;
  // systemd would go on telling of a failed unit that is gone; stopping it ends that too.
  if (state.presence === "removed") return state.running === "stopped" ? "none" : "stop";
  if (!isUp(state.running)) return decideStopped(state, changed);
  // Not "start": systemd lets that wait for the restart that it has planned.
  if (state.running === "failing") return state.autoStart || changed ? decideRestart(state) : "none";
  // The last switch may have told of its failure: this one says how it ended.
  if (!changed && state.running === "starting" && state.autoStart && state.interrupted) return "start";
  // Running and yet new: a switch that was cut short got so far.
  return changed ? decideChanged(state) : "none";
}

function decideChanged(state: ContainerState): Decision {
  // One that is still starting has nobody inside yet who could take over.
  const inPlace = state.system === "declared" && state.running === "running";
  switch (state.onChange) {
    case "none":
      return "keep";
    case "reload":
      return inPlace ? "reload" : "keep";
    case "restart":
      return decideRestart(state);
    case "auto":
      return inPlace && !state.unitChanged && !state.networkChanged ? "reload" : decideRestart(state);
  }
}

function decideRestart(state: ContainerState): Decision {
  if (state.networkChanged) return "stop-start";
  return state.system === "same" ? "restart" : "swap";
}

function decideStopped(state: ContainerState, changed: boolean): Decision {
  if (state.presence === "new") return state.autoStart ? "start" : "none";
  // Nobody stops a container into failure: it ran, or was meant to.
  if (state.running === "failed") return state.autoStart || changed ? "start" : "none";
  if (!state.interrupted) return "none";
  if (state.meant !== null) return state.meant ? "start" : "none";
  // Nobody knows who stopped it; what it needs may have changed, and that switch have got no further than the stops.
  return changed || (state.autoStart && state.needsOthers) ? "start" : "none";
}

export interface UnitState {
  readonly running: Running;
  readonly inNext: boolean;
  readonly changed: boolean;
  readonly reloadTriggered: boolean;
}

/** For units that are started by what needs them: companions of containers, and what containers share. */
export function decideUnit(state: UnitState): Decision {
  if (!state.inNext) return state.running === "stopped" ? "none" : "stop";
  if (!isUp(state.running)) return "none";
  if (state.changed) return "restart";
  return state.reloadTriggered ? "reload" : "none";
}

export interface SocketState {
  readonly running: Running;
  /** Of its container, as it was found. */
  readonly container: Running;
  /** What is decided for its container. */
  readonly decision: Decision;
  readonly onChange: ContainerPart["onChange"];
}

/**
 * Whether a socket of a container is started by name. The container only wants it: that its port is in use ends no
 * start, and shows in no job but the socket's own.
 */
export function startsSocket({ running, container, decision, onChange }: SocketState): boolean {
  if (["start", "restart", "swap", "stop-start"].includes(decision)) return true;
  if ((decision !== "none" && decision !== "reload") || container !== "running") return false;
  // A container that keeps running as it was may have begun before it had this port.
  return running === "failed" || (running === "stopped" && (onChange === "auto" || onChange === "restart"));
}
