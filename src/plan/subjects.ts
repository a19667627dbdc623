/** What the plan is about: every container with what is decided for it, and the units that containers share. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import type { Unit } from "../units/index.ts";
import {
  type Decision,
  decideContainer,
  decideUnit,
  isUp,
  type Running,
  runningOf,
  type SocketState,
  startsSocket,
} from "./decide.ts";
import type { Former } from "./former.ts";
import type { Observed } from "./plan.ts";
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
  /** Companions that need something of their own. */
  readonly companions: readonly Subject[];
}

const running = (observed: Observed, unit: string): Running =>
  runningOf(observed.units[unit] ?? { active: "inactive", sub: "dead" });

export function containerSubjects(former: Former, next: Generation, observed: Observed): ContainerSubject[] {
  const names = [...Object.keys(next.containers), ...former.gone("containers", next)].sort();
  return names.map((name) => containerSubject(name, former, next, observed));
}

function containerSubject(name: string, former: Former, next: Generation, observed: Observed): ContainerSubject {
  const before = former.container(name);
  const after = next.containers[name] ?? null;
  const unit = (after ?? before)?.unit ?? name;
  const changes = containerChanges(before, after, former, next);
  const state = running(observed, unit);
  const isNew = !former.isSettled(name);
  const restartIfChanged = next.units[unit]?.sections.Unit?.["X-RestartIfChanged"] !== false;
  const decision = decideContainer({
    presence: after === null ? "removed" : isNew ? "new" : "kept",
    running: state,
    autoStart: after?.autoStart ?? false,
    interrupted: former.interrupted,
    restartIfChanged,
    unitChanged: changes.unit.length > 0,
    // An ephemeral container's unit names its toplevel: a restart is enough.
    systemChanged: changes.system !== null && after?.system !== null && after?.ephemeral === false,
    networkChanged: changes.network,
  });
  const because =
    after === null ? "no longer in the configuration" : isNew && !isUp(state) ? "new" : reason(state, changes);
  return {
    name,
    unit,
    former: before,
    next: after,
    running: state,
    decision,
    because,
    ...disk(name, isNew, after, observed, changes.system),
    companions: [
      ...companionSubjects(before, after, former, next, observed, decision),
      ...socketSubjects(after, observed, { container: state, decision, restartIfChanged }, because),
    ],
  };
}

interface Changes {
  readonly unit: readonly string[];
  readonly system: string | null;
  readonly network: boolean;
}

function containerChanges(
  before: ContainerPart | null,
  after: ContainerPart | null,
  former: Former,
  next: Generation,
): Changes {
  if (before === null || after === null) return { unit: [], system: null, network: false };
  const unit = next.units[after.unit];
  const others = former.generations.flatMap((one) => one.containers[after.name] ?? []);
  return {
    unit: unit === undefined ? [] : former.changes(unit),
    system: others.map((one) => systemChange(one, after)).find((change) => change !== null) ?? null,
    network: [...new Set(others.flatMap((one) => one.companions))].filter(isNetwork).some((name) => {
      const net = next.units[name];
      return net === undefined || former.changes(net).length > 0;
    }),
  };
}

/** The unit that must be stopped with its old definitions: they know what to take away. */
const isNetwork = (unit: string): boolean => unit.startsWith("container-net@");

function systemChange(before: ContainerPart, after: ContainerPart): string | null {
  if (before.path !== after.path || (before.system === null) !== (after.system === null)) return "its system changed";
  if (before.packages !== after.packages) return "its packages changed";
  return before.system === after.system ? null : "what it declares changed";
}

const stateReasons: Partial<Record<Running, readonly string[]>> = {
  failed: ["it had failed"],
  failing: ["it failed and is being restarted"],
  starting: ["it is still starting"],
};

function reason(state: Running, changes: Changes): string {
  const all = [
    ...(stateReasons[state] ?? []),
    ...(changes.system === null ? [] : [changes.system]),
    ...(changes.network ? ["its network changed"] : []),
    ...(changes.unit.length > 0 && changes.system === null && !changes.network ? [showKeys(changes.unit)] : []),
  ];
  return all.join("; ");
}

/** `Service.ExecStart` → "ExecStart changed". */
function showKeys(keys: readonly string[]): string {
  const names = keys.map((key) => key.slice(key.indexOf(".") + 1));
  return `${names.map((name) => (name === "X-Restart-Triggers" ? "its files" : name)).join(", ")} changed`;
}

function disk(
  name: string,
  isNew: boolean,
  after: ContainerPart | null,
  observed: Observed,
  system: string | null,
): Pick<ContainerSubject, "seed" | "declare"> {
  if (after === null || after.ephemeral) return { seed: null, declare: null };
  const found = observed.containers[name];
  return {
    seed: found?.hasRoot ? null : isNew ? "new" : "it has no root",
    declare:
      after.system === null || found?.declared === after.system
        ? null
        : isNew
          ? "new"
          : (system ?? "not what it should be"),
  };
}

function companionSubjects(
  before: ContainerPart | null,
  after: ContainerPart | null,
  former: Former,
  next: Generation,
  observed: Observed,
  decision: Decision,
): Subject[] {
  const known = [...new Set([...(before?.companions ?? []), ...(after?.companions ?? [])])];
  // Starting the container starts what it needs; stopping it stops what is bound to it. Its network is stopped by name,
  // because that is over only some time after the container's stop.
  const moves = decision === "stop" || decision === "stop-start";
  return known.flatMap((unit): Subject[] => {
    const subject = unitSubject(unit, former, next.units[unit], observed);
    if (isNetwork(unit)) {
      const stopped = subject.decision === "stop" || (moves && isUp(running(observed, unit)));
      return stopped ? [{ ...subject, decision: "stop", because: "with its container" }] : [];
    }
    if (subject.decision === "none" || subject.decision === "stop") return subject.decision === "stop" ? [subject] : [];
    return decision === "none" || decision === "keep" ? [subject] : [];
  });
}

/** Sockets of a container that are started by name, so that one that cannot listen is a step that fails. */
function socketSubjects(
  after: ContainerPart | null,
  observed: Observed,
  container: Omit<SocketState, "running">,
  because: string,
): Subject[] {
  return (after?.companions ?? []).filter(isSocket).flatMap((unit): Subject[] => {
    const state = running(observed, unit);
    if (!startsSocket({ ...container, running: state })) return [];
    const own = state === "failed" ? "it had failed" : "it does not listen";
    const shared = container.decision === "restart" ? "with its container" : because;
    return [{ unit, decision: "start", because: container.decision === "none" ? own : shared }];
  });
}

const isSocket = (unit: string): boolean => unit.endsWith(".socket");

/** Units that belong to no container, in the order of their names. */
export function sharedSubjects(former: Former, next: Generation, observed: Observed): Subject[] {
  const owned = new Set(
    [...former.generations, next].flatMap((one) =>
      Object.values(one.containers).flatMap((part) => [part.unit, ...part.companions]),
    ),
  );
  const names = [...Object.keys(next.units), ...former.gone("units", next)].filter((unit) => !owned.has(unit)).sort();
  return names.map((name) => sharedSubject(name, former, next, observed)).filter(({ decision }) => decision !== "none");
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
