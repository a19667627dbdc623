/** What the plan is about: every container with what is decided for it, and the units that containers share. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { linesOf, type Unit } from "../units/index.ts";
import { type Decision, decideContainer, decideUnit, isUp, type Running, runningIn, startsSocket } from "./decide.ts";
import type { Former } from "./former.ts";
import { withNeeds } from "./needs.ts";
import type { Observed, TakeOver } from "./plan.ts";
import { declaredDifference, runningDifference, type SystemDifference } from "./system.ts";
import { startsWanted, wantersOf } from "./wanted.ts";

/** A unit and what is decided for it. */
export interface Subject {
  readonly unit: string;
  readonly decision: Decision;
  readonly because: string;
  /** Of the host's own: containers do not wait for it here. */
  readonly isAlone?: boolean;
}

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
  /** Companions that need something of their own. */
  readonly companions: readonly Subject[];
}

const running = (observed: Observed, unit: string): Running => runningIn(observed.units, unit);

export function containerSubjects(former: Former, next: Generation, observed: Observed): ContainerSubject[] {
  const names = [...Object.keys(next.containers), ...former.gone("containers", next)].sort();
  const considered = names.map((name) => consider(name, former, next, observed));
  return withNeeds(considered).map((one) => ({
    ...one,
    ...diskSteps(one, observed),
    companions: [...companionSubjects(one, former, next, observed), ...socketSubjects(one, observed)],
  }));
}

/** A container with what is decided for it alone. */
interface Considered extends Subject {
  readonly name: string;
  readonly former: ContainerPart | null;
  readonly next: ContainerPart | null;
  readonly running: Running;
  readonly isNew: boolean;
  readonly changes: Changes;
  readonly networkChanged: boolean;
  /** See {@link ContainerSubject}. */
  readonly unless: string | null;
}

function consider(name: string, former: Former, next: Generation, observed: Observed): Considered {
  const before = former.container(name);
  const after = next.containers[name] ?? null;
  const unit = (after ?? before)?.unit ?? name;
  const state = running(observed, unit);
  const changes = containerChanges(before, after, state, former, next, observed);
  const isNew = !former.isSettled(name);
  const decision = decideContainer({
    presence: after === null ? "removed" : isNew ? "new" : "kept",
    running: state,
    autoStart: after?.autoStart ?? false,
    interrupted: former.interrupted,
    meant: former.meant === null ? null : former.meant.includes(unit),
    onChange: after?.onChange ?? "auto",
    unitChanged: changes.unit.length > 0,
    system: changes.system.change,
    networkChanged: changes.network,
    needsOthers: (after?.dependsOn.length ?? 0) > 0,
  });
  const own =
    after === null ? "no longer in the configuration" : isNew && !isUp(state) ? "new" : reason(state, changes);
  const because = own === "" && decision === "start" ? "the last switch did not do all" : own;
  const left = decision === "reload" ? outerReason(changes) : "";
  return {
    name,
    unit,
    former: before,
    next: after,
    running: state,
    isNew,
    changes,
    networkChanged: changes.network,
    decision,
    because: decision === "reload" ? (changes.system.because ?? "") : because,
    unless: decision === "keep" ? because : left === "" ? null : left,
  };
}

interface Changes {
  readonly unit: readonly string[];
  readonly system: SystemDifference;
  readonly network: boolean;
}

function containerChanges(
  before: ContainerPart | null,
  after: ContainerPart | null,
  state: Running,
  former: Former,
  next: Generation,
  observed: Observed,
): Changes {
  const same: SystemDifference = { change: "same", because: null, takeOver: null };
  if (before === null || after === null) return { unit: [], system: same, network: false };
  const unit = next.units[after.unit];
  const others = former.generations.flatMap((one) => one.containers[after.name] ?? []);
  const seen = isUp(state) ? runningDifference(after, observed.containers[after.name], former, next) : null;
  const known = others.map((one) => declaredDifference(one, after, former, next));
  return {
    unit: unit === undefined ? [] : former.changes(unit),
    system: seen ?? known.find((one) => one.because !== null) ?? same,
    network:
      [...new Set(others.flatMap((one) => one.companions))].filter(isNetwork).some((name) => {
        const net = next.units[name];
        return net === undefined || former.changes(net).length > 0;
      }) ||
      after.companions.some((name) => isNetwork(name) && isLeft(name, former, observed)) ||
      (state === "running" && after.companions.some((name) => isNetwork(name) && isLost(name, former, observed))),
  };
}

/** A network that was dropped while its container was left running, and is still there. */
const isLeft = (unit: string, former: Former, observed: Observed): boolean =>
  !former.has("units", unit) && isUp(running(observed, unit));

/**
 * It ran, since its container does, and is gone: where a unit file is removed, systemd stops what that alone needed, and
 * stops the container too once it has read the file again.
 */
const isLost = (unit: string, former: Former, observed: Observed): boolean =>
  former.has("units", unit) && observed.units[unit]?.active === "inactive";

/** The unit that must be stopped with its old definitions: they know what to take away. */
export const isNetwork = (unit: string): boolean => unit.startsWith("container-net@");

const stateReasons: Partial<Record<Running, readonly string[]>> = {
  failed: ["it had failed"],
  failing: ["it failed and is being restarted"],
  starting: ["it is still starting"],
};

function reason(state: Running, changes: Changes): string {
  const inner = changes.system.because === null ? [] : [changes.system.because];
  const outer = changes.system.change === "declared" || inner.length === 0 ? outerReason(changes) : "";
  return [
    ...(stateReasons[state] ?? []),
    ...inner,
    ...(outer !== "" ? [outer] : changes.network ? ["its network changed"] : []),
  ].join("; ");
}

/** What takes a restart, whatever is declared inside. */
function outerReason({ unit, network }: Changes): string {
  if (network) return "its network changed";
  return unit.length === 0 ? "" : showKeys(unit);
}

/** `Service.ExecStart` → "ExecStart changed". */
function showKeys(keys: readonly string[]): string {
  const names = keys.map((key) => key.slice(key.indexOf(".") + 1));
  return `${names.map((name) => (name === "X-Restart-Triggers" ? "its files" : name)).join(", ")} changed`;
}

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
  const { former: before, next: after, decision } = one;
  const known = [...new Set([...(before?.companions ?? []), ...(after?.companions ?? [])])];
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
