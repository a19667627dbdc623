/** One function for each action. Nothing is decided here: the plan says what, {@link Effects} says how. */
import type { Action } from "../plan/plan.ts";
import type { Effects } from "./effects.ts";

type Performers = {
  readonly [Do in Action["do"]]: (effects: Effects, action: Extract<Action, { readonly do: Do }>) => Promise<void>;
};

const performers: Performers = {
  "stop-unit": (effects, { unit }) => effects.stopUnit(unit),
  "start-unit": (effects, { unit }) => effects.startUnit(unit),
  "restart-unit": (effects, { unit }) => effects.restartUnit(unit),
  "reload-unit": (effects, { unit }) => effects.reloadUnit(unit),
  "daemon-reload": (effects) => effects.daemonReload(),
  "load-ports": (effects, { container }) => effects.loadPorts(container),
  "reload-manager": (effects, { manager }) => effects.reloadManager(manager),
  "write-unit": (effects, { unit }) => effects.writeUnit(unit),
  "remove-unit": (effects, { unit }) => effects.removeUnit(unit),
  "write-unit-link": (effects, { link, target }) => effects.writeUnitLink(link, target),
  "remove-unit-link": (effects, { link }) => effects.removeUnitLink(link),
  "write-file": (effects, { path }) => effects.writeFile(path),
  "remove-file": (effects, { path }) => effects.removeFile(path),
  "write-hosts": (effects) => effects.writeHosts(),
  "seed-root": (effects, { container }) => effects.seedRoot(container),
  prepare: (effects, { container, order, stop }) => effects.prepare(container, order, stop),
  declare: (effects, { container }) => effects.declare(container),
  "record-generation": (effects) => effects.recordGeneration(),
};

export function perform(effects: Effects, action: Action): Promise<void> {
  // The table's type ties each function to its action; TypeScript cannot follow that through the look-up.
  const performer = performers[action.do] as (effects: Effects, action: Action) => Promise<void>;
  return performer(effects, action);
}

/** The unit of an action that is a job of systemd's. */
export function jobUnit(action: Action): string | null {
  switch (action.do) {
    case "stop-unit":
    case "start-unit":
    case "restart-unit":
    case "reload-unit":
      return action.unit;
    default:
      return null;
  }
}

/**
 * Whether a later switch sees by itself that this step was not done, and does it: what is on disk of a container. That it
 * has not taken over what is declared stands in its order.
 */
export function isSeenOnDisk(action: Action): boolean {
  if (action.do === "reload-unit") return action.unit.startsWith("container@");
  return action.do === "load-ports" || action.do === "seed-root" || action.do === "prepare" || action.do === "declare";
}
