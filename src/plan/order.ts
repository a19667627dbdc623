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
import { isNetwork } from "./considered.ts";
import type { FileChange } from "./files.ts";
import type { NetworkManager } from "./host-network.ts";
import { neededFirst } from "./needs.ts";
import type { Action, Step } from "./plan.ts";
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
  const { containers, shared, layout } = ordering;
  const stops = inTurn(neededFirst(containers, "former").reverse(), neededBy(containers, "former"), stopSteps);
  const sharedStops = shared
    .filter(({ decision }) => decision === "stop")
    .map((subject) => step({ do: "stop-unit", unit: subject.unit }, subject.because, idsOf(stops)));
  const seeds = containers.flatMap((subject) =>
    subject.seed === null ? [] : step({ do: "seed-root", container: subject.name }, subject.seed, [], subject.name),
  );
  const owners = ownersOf(containers);
  const names = new Set(containers.map(({ name }) => name));
  const files = ordering.files.map(({ action, because }) => {
    const own = whose(action, owners, names, layout);
    const before =
      own.length === 0 ? [...stops, ...sharedStops] : stops.filter(({ container = "" }) => own.includes(container));
    return step(action, because, idsOf(before), own[0]);
  });
  const record =
    ordering.record === null
      ? []
      : [step({ do: "record-generation" }, ordering.record, lastOf([...stops, ...sharedStops, ...files]))];
  const touched = files.some(({ action }) => touchesUnits(action, layout));
  const reload =
    touched || ordering.interrupted || ordering.unread
      ? [
          step(
            { do: "daemon-reload" },
            touched
              ? "units changed"
              : ordering.interrupted
                ? "the last switch did not do all"
                : "units on disk are not those that it has read",
            lastOf([...files, ...record]),
          ),
        ]
      : [];
  const ready = lastOf([...files, ...record, ...reload]);
  const managers = ordering.managers.map((manager) =>
    step({ do: "reload-manager", manager }, "its files changed", ready),
  );
  const sharedJobs = shared.filter(({ isAlone }) => !isAlone).flatMap((subject) => jobSteps(subject, ready));
  // systemd orders what needs these; that one fails is no reason to keep containers from starting.
  const aloneJobs = shared.filter(({ isAlone }) => isAlone).flatMap((subject) => jobSteps(subject, ready));
  const ports = ordering.ports.map((container) =>
    step({ do: "load-ports", container }, "some are not in the table", [...ready, ...idsOf(sharedJobs)], container),
  );
  const begin = [...ready, ...idsOf(managers), ...idsOf(sharedJobs)];
  const firewalls = containers.flatMap((subject) =>
    subject.companions.filter(isFirewall).flatMap((companion) => jobSteps(companion, begin, subject.name)),
  );
  const beginOf = (name: string) => {
    const own = idsOf(firewalls.filter((one) => one.container === name));
    return own.length > 0 ? own : begin;
  };
  const swapStops = inTurn(neededFirst(containers, "next").reverse(), neededBy(containers, "next"), (subject, after) =>
    swapStop(subject, [...beginOf(subject.name), ...after]),
  );
  const stopped = (name: string) => idsOf(swapStops.filter((one) => one.container === name));
  const afterSwap = (name: string) => (stopped(name).length > 0 ? stopped(name) : beginOf(name));
  const jobs = inTurn(
    neededFirst(containers, "next"),
    (subject) => subject.next?.dependsOn ?? [],
    (subject, after) => containerSteps(subject, [...afterSwap(subject.name), ...after], seeds),
  );
  return [
    ...stops,
    ...sharedStops,
    ...seeds,
    ...files,
    ...record,
    ...reload,
    ...managers,
    ...sharedJobs,
    ...aloneJobs,
    ...ports,
    ...firewalls,
    ...swapStops,
    ...jobs,
  ];
}

/** Steps of subjects in the order given; those of one come after those of the others that are named. */
function inTurn(
  subjects: readonly ContainerSubject[],
  others: (subject: ContainerSubject) => readonly string[],
  stepsOf: (subject: ContainerSubject, after: readonly string[]) => Step[],
): Step[] {
  const done = new Map<string, Step[]>();
  for (const subject of subjects) {
    // Through one that has no steps itself what it waits for is waited for.
    const before = others(subject).flatMap((name) => done.get(name) ?? []);
    const own = stepsOf(subject, lastOf(before));
    done.set(subject.name, own.length === 0 ? before : own);
  }
  return [...new Set([...done.values()].flat())];
}

/** Names of those that need a container. */
function neededBy(containers: readonly ContainerSubject[], which: "former" | "next") {
  const by = new Map<string, string[]>();
  for (const one of containers)
    for (const name of one[which]?.dependsOn ?? []) by.set(name, [...(by.get(name) ?? []), one.name]);
  return (subject: ContainerSubject): readonly string[] => by.get(subject.name) ?? [];
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

/** The stop of a swap: with the new units loaded, before the new declared directory. */
const swapStop = ({ name, unit, decision, because }: ContainerSubject, after: readonly string[]): Step[] =>
  decision === "swap" ? [step({ do: "stop-unit", unit }, because, after, name)] : [];

/** What is done to a container once units are loaded. */
function containerSteps(subject: ContainerSubject, before: readonly string[], seeds: readonly Step[]): Step[] {
  const { name, unit, decision, because } = subject;
  const seeded = [...before, ...idsOf(seeds.filter((seed) => seed.container === name))];
  const disk = diskSteps(subject, seeded);
  const after = disk.length > 0 ? lastOf(disk) : seeded;
  const starts = decision === "start" || decision === "swap" || decision === "stop-start";
  const job = [
    ...(starts ? [step({ do: "start-unit", unit }, because, after, name)] : []),
    ...(decision === "restart" ? [step({ do: "restart-unit", unit }, because, after, name)] : []),
    ...(decision === "reload" ? [step({ do: "reload-unit", unit }, because, after, name)] : []),
  ];
  const others = subject.companions.filter((companion) => !isFirewall(companion));
  const companions = others.flatMap((companion) =>
    jobSteps(companion, companion.decision === "start" && job.length > 0 ? idsOf(job) : after, name),
  );
  return [...disk, ...job, ...companions];
}

/** All that is ever reloaded of a network. */
const isFirewall = ({ unit, decision }: Subject): boolean => isNetwork(unit) && decision === "reload";

/** The new declared directory: beside the former one for as long as that is needed, then in its place. */
function diskSteps({ name, declare, prepare, decision, because }: ContainerSubject, before: readonly string[]): Step[] {
  const stop = decision === "reload";
  const prepared =
    prepare === null
      ? []
      : [step({ do: "prepare", container: name, order: prepare, stop }, declare ?? because, before, name)];
  const after = prepared.length > 0 ? idsOf(prepared) : before;
  return [...prepared, ...(declare === null ? [] : [step({ do: "declare", container: name }, declare, after, name)])];
}

function jobSteps({ unit, decision, because }: Subject, after: readonly string[], container?: string): Step[] {
  if (decision === "reload") return [step({ do: "reload-unit", unit }, because, after, container)];
  if (decision === "restart") return [step({ do: "restart-unit", unit }, because, after, container)];
  if (decision === "start") return [step({ do: "start-unit", unit }, because, after, container)];
  return [];
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

/** Those that no other of them comes after: waiting for these is waiting for all. */
function lastOf(steps: readonly Step[]): string[] {
  const followed = new Set(steps.flatMap((one) => one.after));
  return idsOf(steps.filter((one) => !followed.has(one.id)));
}

const idsOf = (steps: readonly Step[]): string[] => steps.map((one) => one.id);
const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function step(action: Action, because: string, after: readonly string[], container?: string): Step {
  return {
    id: idOf(action),
    action,
    because,
    after: [...new Set(after)],
    ...(container !== undefined && { container }),
  };
}

/** `start-unit container@web.service` */
function idOf(action: Action): string {
  const { do: verb, ...rest } = action;
  const object = "link" in rest ? rest.link : "container" in rest ? rest.container : Object.values(rest)[0];
  return object === undefined ? verb : `${verb} ${object}`;
}
