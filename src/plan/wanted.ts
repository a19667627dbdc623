/** Units of the host's own that run by themselves, not because a container needs them: they are started by name. */
import type { Generation } from "../compile/generation.ts";
import type { Unit } from "../units/index.ts";
import { isUp, type Running, runningIn } from "./decide.ts";
import type { Observed } from "./plan.ts";

/** Units by whose `.wants` directories a unit of ours is started. */
export function wantersOf(generation: Generation, unit: string): string[] {
  return Object.keys(generation.unitLinks).flatMap((link) => {
    const slash = link.lastIndexOf("/");
    const directory = link.slice(0, slash);
    return link.slice(slash + 1) === unit && directory.endsWith(".wants") ? [directory.slice(0, -".wants".length)] : [];
  });
}

/** Others' units that want some of ours; what they do decides whether ours are started. */
export function othersThatWant(generation: Generation): string[] {
  const wanters = Object.keys(generation.unitLinks).map((link) => link.slice(0, link.lastIndexOf(".wants/")));
  return [...new Set(wanters)].filter((unit) => unit.endsWith(".service") && !Object.hasOwn(generation.units, unit));
}

/** That it is not active means that it does not run: a oneshot that does not remain may have done its work. */
const staysActive = (unit: Unit): boolean => {
  const service = unit.sections.Service;
  return service?.Type !== "oneshot" || service.RemainAfterExit === true;
};

export interface WantedState {
  readonly unit: Unit;
  readonly running: Running;
  readonly isNew: boolean;
  /** The former switch was cut short. */
  readonly interrupted: boolean;
}

/**
 * Whether a unit is started by name: a new one, one that failed, or one that a cut may have kept from starting. What a
 * person stopped stays so.
 */
export function startsWanted(state: WantedState, next: Generation, observed: Observed): boolean {
  if (isUp(state.running) || !staysActive(state.unit)) return false;
  if (!state.isNew && state.running !== "failed" && !state.interrupted) return false;
  return wantersOf(next, state.unit.name).some((wanter) => isThere(wanter, next, observed));
}

/** A target is reached at every boot; a unit of ours runs, or is started by what wants it in turn. */
function isThere(wanter: string, next: Generation, observed: Observed): boolean {
  if (wanter.endsWith(".target")) return true;
  if (wanter.endsWith(".service") && isUp(runningIn(observed.units, wanter))) return true;
  return Object.hasOwn(next.units, wanter) && wantersOf(next, wanter).some((above) => isThere(above, next, observed));
}
