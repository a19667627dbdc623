/** The last phase: jobs, once units are loaded. What containers share first, then containers, independent of each other. */
import { isNetwork } from "./considered.ts";
import { neededFirst } from "./needs.ts";
import type { Ordering } from "./order.ts";
import type { Step } from "./plan.ts";
import { idsOf, inTurn, lastOf, neededBy, step } from "./steps.ts";
import type { Subject } from "./subject.ts";
import type { ContainerSubject } from "./subjects.ts";

/**
 * @param ready what all of it comes after
 * @param seeds roots that are made for new containers
 */
export function orderJobs(ordering: Ordering, ready: readonly string[], seeds: readonly Step[]): Step[] {
  const { containers, shared } = ordering;
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
  return [...managers, ...sharedJobs, ...aloneJobs, ...ports, ...containerJobs(containers, begin, seeds)];
}

/** Each container after its own firewall, its own stop where it is swapped, and the containers that it needs. */
function containerJobs(
  containers: readonly ContainerSubject[],
  begin: readonly string[],
  seeds: readonly Step[],
): Step[] {
  const firewalls = containers.flatMap((subject) =>
    subject.companions.filter(isFirewall).flatMap((companion) => jobSteps(companion, begin, subject.name)),
  );
  const beginOf = (name: string) => {
    const own = idsOf(firewalls.filter((one) => one.container === name));
    return own.length > 0 ? own : begin;
  };
  const inOrder = neededFirst(containers, "next");
  const swapStops = inTurn([...inOrder].reverse(), neededBy(containers, "next"), (subject, after) =>
    swapStop(subject, [...beginOf(subject.name), ...after]),
  );
  const stopped = (name: string) => idsOf(swapStops.filter((one) => one.container === name));
  const afterSwap = (name: string) => (stopped(name).length > 0 ? stopped(name) : beginOf(name));
  const jobs = inTurn(
    inOrder,
    (subject) => subject.next?.dependsOn ?? [],
    (subject, after) => containerSteps(subject, [...afterSwap(subject.name), ...after], seeds),
  );
  return [...firewalls, ...swapStops, ...jobs];
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
