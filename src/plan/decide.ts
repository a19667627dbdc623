/**
 * What is done to a unit: small pure functions with a closed answer, the smallest action that suffices. Rules:
 * a unit that a person stopped is left alone; what does not differ is left alone.
 */

/** As in systemd: whether processes of the unit may be there. */
export type Running = "running" | "stopped" | "failed";

export function runningOf(active: string): Running {
  if (active === "failed") return "failed";
  return active === "active" || active === "activating" || active === "reloading" ? "running" : "stopped";
}

/**
 * - `none`: nothing; nothing that matters differs, or it is stopped by a person's will.
 * - `start`, `stop`: what they say.
 * - `reload`: the unit reads its files anew.
 * - `restart`: one job, after the new definitions are in place.
 * - `swap`: stopped, given its new declared directory, started; all with the new unit files in place.
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
  readonly restartIfChanged: boolean;
  /** Its own unit differs. */
  readonly unitChanged: boolean;
  /** What it is made from, or declares, differs, and is shown to it by a swap. */
  readonly systemChanged: boolean;
  /** Its network unit differs, or goes. */
  readonly networkChanged: boolean;
}

export function decideContainer(state: ContainerState): Decision {
  const changed = state.unitChanged || state.systemChanged || state.networkChanged;
  if (state.presence === "removed") return state.running === "running" ? "stop" : "none";
  if (state.running !== "running") return decideStopped(state, changed);
  // Running and yet new: a switch that was cut short got so far.
  if (!changed) return "none";
  if (!state.restartIfChanged) return "keep";
  if (state.networkChanged) return "stop-start";
  return state.systemChanged ? "swap" : "restart";
}

function decideStopped(state: ContainerState, changed: boolean): Decision {
  if (state.presence === "new") return state.autoStart ? "start" : "none";
  // Nobody stops a container into failure: it ran, or was meant to.
  if (state.running === "failed") return state.autoStart || changed ? "start" : "none";
  return state.interrupted && changed ? "start" : "none";
}

export interface UnitState {
  readonly running: Running;
  readonly inNext: boolean;
  readonly changed: boolean;
  readonly reloadTriggered: boolean;
}

/** For units that are started by what needs them: companions of containers, and what containers share. */
export function decideUnit(state: UnitState): Decision {
  if (state.running !== "running") return "none";
  if (!state.inNext) return "stop";
  if (state.changed) return "restart";
  return state.reloadTriggered ? "reload" : "none";
}
