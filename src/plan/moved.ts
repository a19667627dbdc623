/**
 * Containers whose service has another name than before: by another engine, of the other kind, or because somebody named
 * it otherwise. What the former one runs is stopped with its old definition, and by its old name, before anything is written.
 */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { isUp, type Running, runningIn } from "./decide.ts";
import type { Former } from "./former.ts";
import type { Observed } from "./plan.ts";

export interface FormerUnits {
  /** By container: those that it had, and has no more. Of one that is removed all that it had. */
  readonly had: ReadonlyMap<string, readonly string[]>;
  /** By unit: the container in whose list it is. */
  readonly owners: ReadonlyMap<string, string>;
}

/** Each unit once, also where switches that were cut short gave it to several. */
export function formerUnits(names: readonly string[], former: Former, next: Generation): FormerUnits {
  const owners = new Map<string, string>();
  const had = names.map((name) => {
    const own = unitsBefore(name, former).filter((unit) => unit !== next.containers[name]?.unit && !owners.has(unit));
    for (const unit of own) owners.set(unit, name);
    return [name, own] as const;
  });
  return { had: new Map(had), owners };
}

const unitsBefore = (name: string, former: Former): string[] => [
  ...new Set(former.generations.flatMap((one) => one.containers[name]?.unit ?? [])),
];

/** How a container is found by all of its names. */
export interface Found {
  /** Of the container, by whichever of its services. */
  readonly running: Running;
  /** It is up by a former service, and not by its own: it has to change over. */
  readonly hasMoved: boolean;
  /** Former services to be stopped: those that run, or have failed. */
  readonly left: readonly string[];
  /** What runs by the name of its service is its own. */
  readonly isOwn: boolean;
}

export function found(name: string, unit: string, units: FormerUnits, former: Former, observed: Observed): Found {
  const own = units.had.get(name) ?? [];
  const isOthers = (units.owners.get(unit) ?? name) !== name;
  const state = isOthers ? "stopped" : runningIn(observed.units, unit);
  const left = own.filter((one) => one !== unit && runningIn(observed.units, one) !== "stopped");
  const before = left.find((one) => isUp(runningIn(observed.units, one)));
  const hasMoved = before !== undefined && former.has("containers", name);
  const failed = left.length > 0 && state === "stopped";
  return {
    running: before !== undefined ? runningIn(observed.units, before) : failed ? "failed" : state,
    hasMoved,
    left,
    isOwn: !isOthers,
  };
}

/** Why a container has another service; "" where it has the same. */
export function movedReason(before: ContainerPart | null, after: ContainerPart | null): string {
  if (before === null || after === null || before.unit === after.unit) return "";
  if (before.kind !== after.kind) return `it was ${kinds[before.kind]} container`;
  const [was, is] = [before.oci?.engine, after.oci?.engine];
  return was !== is ? `it was ${was}'s` : `its service was ${before.unit}`;
}

const kinds: Readonly<Record<ContainerPart["kind"], string>> = { system: "a system", oci: "an OCI" };
