/**
 * Steps and what they come after. Five phases; a step waits for those it needs, not for a whole phase:
 * 1. stop with old definitions; roots of new containers are made beside it;
 * 2. remove and write files, each after the stops of what it belongs to;
 * 3. the generation becomes current, after every file: a failure before leaves the former one current;
 * 4. daemon-reload;
 * 5. jobs: what containers share, then containers, independent of each other.
 */
import type { ContainerPart } from "../compile/generation.ts";
import type { Layout } from "../store/layout.ts";
import type { FileChange } from "./files.ts";
import type { NetworkManager } from "./host-network.ts";
import { neededFirst } from "./needs.ts";
import { orderJobs } from "./order-jobs.ts";
import type { Action, Step } from "./plan.ts";
import { idsOf, inTurn, lastOf, neededBy, step } from "./steps.ts";
import type { Subject } from "./subject.ts";
import type { ContainerSubject } from "./subjects.ts";

export interface Ordering {
  readonly layout: Layout;
  readonly containers: readonly ContainerSubject[];
  readonly shared: readonly Subject[];
  /** Network managers that must read our files. */
  readonly managers: readonly NetworkManager[];
  readonly files: readonly FileChange[];
  /** Why the generation must be recorded, or null where the next one is current already. */
  readonly record: string | null;
  /** A switch was cut short: it may have written units that systemd has not loaded. */
  readonly interrupted: boolean;
  /** systemd has not read all units of ours as they are. */
  readonly unread: boolean;
  /** Containers whose ports are to be loaded again. */
  readonly ports: readonly string[];
}

export function orderSteps(ordering: Ordering): Step[] {
  const { containers, shared } = ordering;
  const stops = inTurn(neededFirst(containers, "former").reverse(), neededBy(containers, "former"), stopSteps);
  const sharedStops = shared
    .filter(({ decision }) => decision === "stop")
    .map((subject) => step({ do: "stop-unit", unit: subject.unit }, subject.because, idsOf(stops)));
  const seeds = containers.flatMap((subject) =>
    subject.seed === null ? [] : step({ do: "seed-root", container: subject.name }, subject.seed, [], subject.name),
  );
  const files = fileSteps(ordering, stops, sharedStops);
  const record =
    ordering.record === null
      ? []
      : [step({ do: "record-generation" }, ordering.record, lastOf([...stops, ...sharedStops, ...files]))];
  const reload = reloadSteps(ordering, files, lastOf([...files, ...record]));
  const ready = lastOf([...files, ...record, ...reload]);
  return [...stops, ...sharedStops, ...seeds, ...files, ...record, ...reload, ...orderJobs(ordering, ready, seeds)];
}

/** Each after the stops of what it belongs to; what is nobody's, after all of them. */
function fileSteps(
  { containers, files, layout }: Ordering,
  stops: readonly Step[],
  sharedStops: readonly Step[],
): Step[] {
  const owners = ownersOf(containers);
  const names = new Set(containers.map(({ name }) => name));
  return files.map(({ action, because }) => {
    const own = whose(action, owners, names, layout);
    const before =
      own.length === 0 ? [...stops, ...sharedStops] : stops.filter(({ container = "" }) => own.includes(container));
    return step(action, because, idsOf(before), own[0]);
  });
}

/** systemd reads its units anew where that makes a difference. */
function reloadSteps(
  { interrupted, unread, layout }: Ordering,
  files: readonly Step[],
  after: readonly string[],
): Step[] {
  const because = files.some(({ action }) => touchesUnits(action, layout))
    ? "units changed"
    : interrupted
      ? "the last switch did not do all"
      : unread
        ? "units on disk are not those that it has read"
        : null;
  return because === null ? [] : [step({ do: "daemon-reload" }, because, after)];
}

/** Stops before anything is written: the container by all its names, then its network, then companions that go. */
function stopSteps(subject: ContainerSubject, after: readonly string[]): Step[] {
  const { name, because } = subject;
  const own = subject.stops.map((unit) => step({ do: "stop-unit", unit }, because, after, name));
  const companions = subject.companions
    .filter((companion) => companion.decision === "stop")
    .map((companion) => step({ do: "stop-unit", unit: companion.unit }, companion.because, idsOf(own), name));
  return [...own, ...companions];
}

/** Containers by unit name: several where a unit is another's by now. The first is the one that it is to be. */
function ownersOf(containers: readonly ContainerSubject[]): ReadonlyMap<string, readonly string[]> {
  const unitsOf = (part: ContainerPart | null) => (part === null ? [] : [part.unit, ...part.companions]);
  const owners = new Map<string, string[]>();
  for (const which of ["next", "former", "stops"] as const)
    for (const one of containers)
      for (const unit of which === "stops" ? one.stops : unitsOf(one[which]))
        owners.set(unit, [...new Set([...(owners.get(unit) ?? []), one.name])]);
  return owners;
}

/** Whose a file is: a unit's container; of other files the name says it, `<container>.<part>`. */
function whose(
  action: Action,
  owners: ReadonlyMap<string, readonly string[]>,
  names: ReadonlySet<string>,
  layout: Layout,
): readonly string[] {
  switch (action.do) {
    case "write-unit":
    case "remove-unit":
      return owners.get(action.unit) ?? [];
    case "write-unit-link":
    case "remove-unit-link":
      return owners.get(action.link.slice(action.link.lastIndexOf("/") + 1)) ?? [];
    case "write-file":
    case "remove-file": {
      const name = new RegExp(`^${escapeRegExp(layout.etc)}/(?:network|containers)/([^./]+)\\.`).exec(action.path)?.[1];
      return name !== undefined && names.has(name) ? [name] : [];
    }
    default:
      return [];
  }
}

const touchesUnits = (action: Action, layout: Layout): boolean =>
  /^(write|remove)-unit/.test(action.do) ||
  ((action.do === "write-file" || action.do === "remove-file") && action.path.startsWith(`${layout.units}/`));

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
