/** What the plan is about: every container with what is decided for it, and the units that containers share. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { linesOf, type Unit } from "../units/index.ts";
import { type Considered, consider, isNetwork, showKeys } from "./considered.ts";
import { decideUnit, isUp, type Running, runningIn, startsSocket } from "./decide.ts";
import type { Former } from "./former.ts";
import { formerUnits } from "./moved.ts";
import { withNeeds } from "./needs.ts";
import type { Observed, TakeOver } from "./plan.ts";
import type { Subject } from "./subject.ts";
import { startsWanted, wantersOf } from "./wanted.ts";

export interface ContainerSubject extends Subject {
  readonly name: string;
  readonly former: ContainerPart | null;
  readonly next: ContainerPart | null;
  readonly running: Running;
  /** Its root must be made, and why. */
  readonly seed: string | null;
  /** Its declared directory must be put in place, and why. */
  readonly declare: string | null;
  /** It keeps running while something changes under it: how it takes that over, now or later. */
  readonly prepare: TakeOver | null;
  /** What of the changes it does not get before it is restarted, or null. */
  readonly unless: string | null;
  /** Where it is stopped before anything is written: units, in this order. Former services of it, whatever is decided. */
  readonly stops: readonly string[];
  /** Companions that need something of their own. */
  readonly companions: readonly Subject[];
}

const running = (observed: Observed, unit: string): Running => runningIn(observed.units, unit);

export function containerSubjects(former: Former, next: Generation, observed: Observed): ContainerSubject[] {
  const names = [...Object.keys(next.containers), ...former.gone("containers", next)].sort();
  const units = formerUnits(names, former, next);
  const considered = names.map((name) => consider(name, units, former, next, observed));
  return withNeeds(considered).map((one) => ({
    ...one,
    stops: stopsOf(one),
    ...diskSteps(one, observed),
    companions: [...companionSubjects(one, former, next, observed), ...socketSubjects(one, observed)],
  }));
}

/** Its own where it ends with its old definition; a former service in any case. */
const stopsOf = ({ unit, decision, stops }: Considered): string[] =>
  stops.filter((one) => one !== unit || decision === "stop" || decision === "stop-start");

function diskSteps(one: Considered, observed: Observed): Pick<ContainerSubject, "seed" | "declare" | "prepare"> {
  const { name, next, isNew, decision, changes } = one;
  if (next === null || next.ephemeral) return { seed: null, declare: null, prepare: null };
  const found = observed.containers[name];
  const isThere = next.system === null || found?.declared === next.system;
  const lacks = found?.lacks;
  const declare = !isThere
    ? isNew
      ? "new"
      : (changes.system.because ?? "not what it should be")
    : lacks === undefined
      ? null
      : `${lacks} was removed by hand`;
  const { takeOver } = changes.system;
  // Kept as it runs, it can be told by hand to take over what it is shown.
  const isOrdered = decision === "reload" || (decision === "keep" && declare !== null);
  return {
    seed: found?.hasRoot ? null : isNew ? "new" : "it has no root",
    declare,
    prepare: isOrdered ? takeOver : null,
  };
}

function companionSubjects(one: Considered, former: Former, next: Generation, observed: Observed): Subject[] {
  const { next: after, decision } = one;
  const had = former.generations.flatMap(({ containers }) => containers[one.name]?.companions ?? []);
  const known = [...new Set([...had, ...(after?.companions ?? [])])];
  // Starting the container starts what it needs; stopping it stops what is bound to it. Its network is stopped by name,
  // because that is over only some time after the container's stop.
  const moves = decision === "stop" || decision === "stop-start";
  const stays = decision === "none" || decision === "keep" || decision === "reload";
  return known.flatMap((unit): Subject[] => {
    const subject = unitSubject(unit, former, next.units[unit], observed);
    if (isNetwork(unit)) {
      // It would take along the container, which is bound to it, and is to go on as it is.
      const isNeeded = decision === "keep" || decision === "reload";
      const stopped = (subject.decision === "stop" && !isNeeded) || (moves && isUp(running(observed, unit)));
      if (stopped) return [{ ...subject, decision: "stop", because: "with its container" }];
      // The one thing of it that is exchanged in place. It may outlive its container's restart.
      const reloads = subject.decision === "reload" && (stays || decision === "restart" || decision === "swap");
      return reloads ? [{ ...subject, because: reloadReason(former.unit(unit), next.units[unit]) }] : [];
    }
    if (subject.decision === "none" || subject.decision === "stop") return subject.decision === "stop" ? [subject] : [];
    return stays ? [subject] : [];
  });
}

/** What a network takes over in place has a trigger each. */
function reloadReason(before: Unit | null, after: Unit | undefined): string {
  const words = (unit: Unit | null | undefined) => String(unit?.sections.Unit?.["X-Reload-Triggers"] ?? "").split(" ");
  const [former, next] = [words(before), words(after)];
  const changed = ["firewall", "kernel settings"].filter((_, part) => former[part] !== next[part]);
  return `its ${changed.join(" and ") || "network"} changed`;
}

/** Sockets of a container that are started by name, so that one that cannot listen is a step that fails. */
function socketSubjects({ next, running: container, decision, because }: Considered, observed: Observed): Subject[] {
  return (next?.companions ?? []).filter(isSocket).flatMap((unit): Subject[] => {
    const state = running(observed, unit);
    if (!startsSocket({ container, decision, onChange: next?.onChange ?? "auto", running: state })) return [];
    const own = state === "failed" ? "it had failed" : "it does not listen";
    const shared = decision === "restart" ? "with its container" : because;
    return [{ unit, decision: "start", because: decision === "none" || decision === "reload" ? own : shared }];
  });
}

const isSocket = (unit: string): boolean => unit.endsWith(".socket");

/** What containers that are left as they run need by their former definitions: stopped, it would take them along. */
export function neededByKept(containers: readonly ContainerSubject[], former: Former): Set<string> {
  const kept = containers.filter(({ decision }) => decision === "keep" || decision === "reload");
  const units = kept.flatMap(({ former: part }) => (part === null ? [] : [part.unit, ...part.companions]));
  return new Set(
    units.flatMap((name) => {
      const { Requires = [], BindsTo = [] } = former.unit(name)?.sections.Unit ?? {};
      return [...linesOf(Requires), ...linesOf(BindsTo)].flatMap((line) => line.split(" "));
    }),
  );
}

/** Units that belong to no container, in the order of their names. @param needed that are not to be stopped */
export function sharedSubjects(
  former: Former,
  next: Generation,
  observed: Observed,
  needed: ReadonlySet<string> = new Set(),
): Subject[] {
  const owned = new Set(
    [...former.generations, next].flatMap((one) =>
      Object.values(one.containers).flatMap((part) => [part.unit, ...part.companions]),
    ),
  );
  const names = [...Object.keys(next.units), ...former.gone("units", next)].filter((unit) => !owned.has(unit)).sort();
  return names
    .map((name) => sharedSubject(name, former, next, observed))
    .filter(({ unit, decision }) => decision !== "none" && !(decision === "stop" && needed.has(unit)));
}

function sharedSubject(name: string, former: Former, next: Generation, observed: Observed): Subject {
  const unit = next.units[name];
  const subject = unitSubject(name, former, unit, observed);
  if (unit === undefined || wantersOf(next, name).length === 0) return subject;
  const state = running(observed, name);
  const isNew = !former.has("units", name);
  if (!startsWanted({ unit, running: state, isNew, interrupted: former.interrupted }, next, observed))
    return { ...subject, isAlone: true };
  const because = state === "failed" ? "it had failed" : isNew ? "new" : "the last switch did not do all";
  return { unit: name, decision: "start", because, isAlone: true };
}

function unitSubject(name: string, former: Former, next: Unit | undefined, observed: Observed): Subject {
  const changes = next === undefined ? [] : former.changes(next);
  const decision = decideUnit({
    running: running(observed, name),
    inNext: next !== undefined,
    changed: changes.length > 0,
    reloadTriggered: next !== undefined && former.reloadTriggered(next),
  });
  const because =
    next === undefined
      ? "no longer in the configuration"
      : changes.length > 0
        ? showKeys(changes)
        : "its files changed";
  return { unit: name, decision, because };
}
