/**
 * A plan that is carried out while the machine boots, before any unit of ours: nothing runs, and what is to start is
 * systemd's to start, in its order. What it is about to start it has worked out from the former units.
 */
import type { Generation } from "../compile/generation.ts";
import type { Unit } from "../units/index.ts";
import type { Action, Plan, Step } from "./plan.ts";
import { wantersOf } from "./wanted.ts";

/**
 * Whether a unit can wait until the machine was carried over, which is done by a service, after basic.target. Paths,
 * timers and sockets are by default before that: to order them after a service would be a cycle, of which systemd takes
 * out some job or other. Facts: systemd.path(5), systemd.timer(5), systemd.socket(5), "Default Dependencies".
 */
export const waitsForBoot = ({ name, sections }: Unit): boolean =>
  !/\.(path|timer|socket)$/.test(name) || sections.Unit?.DefaultDependencies === false;

/** The unit of an action that is a job, and can wait. */
function waitingJob({ current, next }: Plan, action: Action): string | null {
  if (!["stop-unit", "start-unit", "restart-unit", "reload-unit"].includes(action.do) || !("unit" in action))
    return null;
  const unit = next.units[action.unit] ?? current?.units[action.unit];
  return unit === undefined || waitsForBoot(unit) ? action.unit : null;
}

/**
 * The same plan without the jobs of what has not run yet; what came after one comes after what that came after. Paths
 * and the like may run, and are left in: nothing waits for them.
 */
export function withoutJobs(plan: Plan): Plan {
  const before = new Map<string, readonly string[]>();
  const steps: Step[] = [];
  for (const step of plan.steps) {
    const after = [...new Set(step.after.flatMap((id) => before.get(id) ?? [id]))];
    if (waitingJob(plan, step.action) !== null) before.set(step.id, after);
    else steps.push({ ...step, after });
  }
  return { ...plan, steps };
}

export interface BootJobs {
  /** About to be started, and no longer wanted by anything of ours. */
  readonly cancel: readonly string[];
  /** Wanted at every boot: by a target, or by a unit of ours that is. Those that are about to start anyway, too. */
  readonly start: readonly string[];
  /** Wanted by others' units, each of which may be up already: unit by wanter. */
  readonly startWith: readonly { readonly unit: string; readonly wanter: string }[];
}

/** What of the jobs of a boot differs where its units were those of `former`, and are now those of `next`. */
export function bootJobs(former: Generation, next: Generation): BootJobs {
  const start = wantedByTargets(next);
  const stays = reachable(next, start);
  const cancel = [...reachable(former, wantedByTargets(former))].filter(
    (unit) => !stays.has(unit) && Object.hasOwn(former.units, unit),
  );
  const startWith = Object.keys(next.units).flatMap((unit) =>
    wantersOf(next, unit)
      .filter((wanter) => !wanter.endsWith(".target") && !Object.hasOwn(next.units, wanter))
      .map((wanter) => ({ unit, wanter })),
  );
  return { cancel: cancel.sort(), start, startWith };
}

/** Also those of others that we want: devices, for which a boot waits. */
function wantedByTargets(generation: Generation): string[] {
  const links = Object.keys(generation.unitLinks).map((link) => link.split("/"));
  return [...new Set(links.flatMap(([by, unit]) => (by?.endsWith(".target.wants") && unit ? [unit] : [])))].sort();
}

/** All units that a start of these starts, as far as it is ours to know. */
function reachable(generation: Generation, from: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const wants = Object.keys(generation.unitLinks).map((link) => link.split(/\.wants\//));
  const visit = (unit: string): void => {
    if (reached.has(unit)) return;
    reached.add(unit);
    const section = generation.units[unit]?.sections.Unit ?? {};
    const named = ["Wants", "Requires", "BindsTo", "Upholds"].flatMap((key) => words(section[key]));
    for (const one of named) visit(one);
    for (const [by, wanted] of wants) if (by === unit && wanted !== undefined) visit(wanted);
  };
  for (const unit of from) visit(unit);
  return reached;
}

const words = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value])
    .flatMap((one) => (typeof one === "string" ? one.split(/\s+/) : []))
    .filter(Boolean);
