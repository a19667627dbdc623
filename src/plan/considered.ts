/** A container with what is decided for it alone: what differs of it, and why. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { decideContainer, isUp, type Running, runningIn } from "./decide.ts";
import type { Former } from "./former.ts";
import { type FormerUnits, type Found, found, movedReason } from "./moved.ts";
import { objectReason } from "./objects.ts";
import type { Observed, ObservedContainer } from "./plan.ts";
import { rotatedKeys } from "./secrets.ts";
import type { Subject } from "./subject.ts";
import { declaredDifference, runningDifference, type SystemDifference } from "./system.ts";

export interface Considered extends Subject {
  readonly name: string;
  readonly former: ContainerPart | null;
  readonly next: ContainerPart | null;
  readonly running: Running;
  readonly isNew: boolean;
  readonly changes: Changes;
  readonly networkChanged: boolean;
  /** See ContainerSubject. */
  readonly unless: string | null;
  /** By the name of its service runs what another container has left, and is stopped: maybe its own, started by a switch that was cut short. */
  readonly isOthers: boolean;
  /** Units to stop before anything is written: its own, and former services of it that are up or have failed. */
  readonly stops: readonly string[];
}

export function consider(
  name: string,
  units: FormerUnits,
  former: Former,
  next: Generation,
  observed: Observed,
): Considered {
  const before = former.container(name);
  const after = next.containers[name] ?? null;
  const unit = (after ?? before)?.unit ?? name;
  const is = found(name, unit, units, former, observed);
  const changes = containerChanges(before, after, is, former, next, observed);
  const isNew = !former.isSettled(name);
  const hasFormer = (units.had.get(name) ?? []).some((one) => one !== unit);
  const decision = decideContainer({
    presence: after === null ? "removed" : isNew ? "new" : "kept",
    running: is.running,
    autoStart: after?.autoStart ?? false,
    interrupted: former.interrupted,
    meant: former.meant?.some((one) => one === unit || units.had.get(name)?.includes(one)) ?? null,
    // It cannot go on as it is by a service that goes.
    onChange: is.hasMoved ? "restart" : (after?.onChange ?? "auto"),
    unitChanged: changes.unit.length > 0 || changes.byHand !== null || (hasFormer && !isUp(is.running)),
    system: changes.system.change,
    networkChanged: changes.network,
    needsOthers: (after?.dependsOn.length ?? 0) > 0,
  });
  const own =
    after === null ? "no longer in the configuration" : isNew && !isUp(is.running) ? "new" : reason(is, changes);
  const because = own === "" && decision === "start" ? "the last switch did not do all" : own;
  const left = decision === "reload" ? outerReason(changes) : "";
  return {
    name,
    unit,
    former: before,
    next: after,
    running: is.running,
    isNew,
    changes,
    networkChanged: changes.network,
    decision,
    because: decision === "reload" ? (changes.system.because ?? "") : because,
    unless: decision === "keep" ? because : left === "" ? null : left,
    isOthers: !is.isOwn && isUp(runningIn(observed.units, unit)),
    stops: [
      ...(is.isOwn && runningIn(observed.units, unit) !== "stopped" ? [unit] : []),
      ...is.left.filter((one) => one !== unit),
    ],
  };
}

interface Changes {
  readonly unit: readonly string[];
  readonly system: SystemDifference;
  readonly network: boolean;
  /** Why its service is another one, or "". */
  readonly moved: string;
  /** What somebody did to it behind systemd's back, or null. */
  readonly byHand: string | null;
  /** A network, volume or pod that it has is not what it was, or null. */
  readonly object: string | null;
}

function containerChanges(
  before: ContainerPart | null,
  after: ContainerPart | null,
  { running: state, hasMoved }: Found,
  former: Former,
  next: Generation,
  observed: Observed,
): Changes {
  const same: SystemDifference = { change: "same", because: null, takeOver: null };
  const moved = movedReason(before, after);
  // All of it differs; and what runs is stopped with its old definitions, whatever else is to be done.
  if (before === null || after === null || hasMoved)
    return { unit: [], system: same, network: hasMoved, moved, byHand: null, object: null };
  const unit = next.units[after.unit];
  const object = after.kind === "oci" ? objectReason(after.unit, former, next) : null;
  const others = former.generations.flatMap((one) => one.containers[after.name] ?? []);
  const seen = isUp(state) ? runningDifference(after, observed.containers[after.name], former, next) : null;
  const known = others.map((one) => declaredDifference(one, after, former, next));
  return {
    moved,
    object,
    byHand: state === "running" ? byHandReason(observed.containers[after.name]) : null,
    unit: [...(unit === undefined ? [] : former.changes(unit)), ...(isUp(state) ? rotatedKeys(after, observed) : [])],
    system: seen ?? known.find((one) => one.because !== null) ?? same,
    network:
      object !== null ||
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
  !former.has("units", unit) && isUp(runningIn(observed.units, unit));

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

/** A container that its engine does not have any more cannot be what its service waits for. */
const byHandReason = (observed: ObservedContainer | undefined): string | null =>
  observed?.engine === "gone" ? "its container was removed or renamed by hand" : null;

function reason({ running: state }: Found, changes: Changes): string {
  if (changes.moved !== "") return [...(stateReasons[state] ?? []), changes.moved].join("; ");
  const inner = changes.system.because === null ? [] : [changes.system.because];
  const outer = changes.system.change === "declared" || inner.length === 0 ? outerReason(changes) : "";
  return [
    ...(stateReasons[state] ?? []),
    ...(changes.byHand === null ? [] : [changes.byHand]),
    ...inner,
    ...(outer !== "" ? [outer] : changes.network ? ["its network changed"] : []),
  ].join("; ");
}

/** What takes a restart, whatever is declared inside. */
function outerReason({ unit, network, object }: Changes): string {
  if (object !== null) return object;
  if (network) return "its network changed";
  return unit.length === 0 ? "" : showKeys(unit);
}

/** `Service.ExecStart` → "ExecStart changed". */
export function showKeys(keys: readonly string[]): string {
  const names = keys.map((key) => key.slice(key.indexOf(".") + 1));
  return `${names.map((name) => (name === "X-Restart-Triggers" ? "its files" : name)).join(", ")} changed`;
}
