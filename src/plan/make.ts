/** Plan: a pure function of the current generation, the next one, and what was observed. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { containerDir, defaultLayout, type Layout } from "../store/layout.ts";
import { isUp } from "./decide.ts";
import { foreignDrift, settingsDrift, startedWithOther, tableDrift } from "./drift.ts";
import { diffFiles } from "./files.ts";
import { Former } from "./former.ts";
import { missingInterfaces } from "./host-interfaces.ts";
import { bridgeSubjects, bridgesInTheWay, managersToReload, missingBridges } from "./host-network.ts";
import { unmappableBinds } from "./mapping.ts";
import { newPorts } from "./new-ports.ts";
import { changedVolumes, leftVolumes } from "./objects.ts";
import { orderSteps } from "./order.ts";
import type { Kept, Observed, Plan } from "./plan.ts";
import { forsakenSecrets, missingSecrets } from "./secrets.ts";
import { type ContainerSubject, containerSubjects, neededByKept, sharedSubjects } from "./subjects.ts";

export interface PlanOptions {
  /** Where files are. Default: {@link defaultLayout}. */
  readonly layout?: Layout;
  /** Generations of switches that were cut short, from the journal. With any, stopped containers may be meant to run. */
  readonly leftBehind?: readonly Generation[];
  /** Of these switches: units that ran before, or were to run after; default: not known. */
  readonly meant?: readonly string[] | null;
  /** What the next boot has, where that is not the current one: after `boot`, after `test`. */
  readonly nextBoot?: Generation;
  /** `test`: the next boot keeps what it has. */
  readonly untilBoot?: boolean;
}

/**
 * @param current what the machine has now; null before the first switch
 * @param observed of every unit, file, link and container of all these generations
 */
export function plan(
  current: Generation | null,
  next: Generation,
  observed: Observed,
  options: PlanOptions = {},
): Plan {
  const layout = options.layout ?? defaultLayout;
  const former = new Former(current, options.leftBehind ?? [], options.meant, (unit) =>
    startedWithOther(unit, next, observed, layout),
  );
  const files = diffFiles(former, next, observed, layout);
  const containers = containerSubjects(former, next, observed);
  const shared = sharedSubjects(former, next, observed, neededByKept(containers, former));
  const tables = tableDrift(next, observed, layout, containers);
  const repairs = [...bridgeSubjects(next, observed, layout), ...tables.table, ...settingsDrift(files.changes, next)];
  const steps = orderSteps({
    layout,
    containers,
    shared: [...shared, ...repairs.filter(({ unit }) => !shared.some((subject) => subject.unit === unit))],
    managers: managersToReload(files.changes, observed),
    files: files.changes,
    record: recordReason(current, next, former, options),
    interrupted: former.interrupted,
    unread: observed.drift?.unread ?? false,
    ports: tables.ports,
  });
  return {
    current,
    next,
    steps,
    kept: containers.flatMap((one) => keptOf(one, next)),
    notices:
      steps.length === 0
        ? []
        : [
            ...containers.flatMap((one) => noticesOf(one, layout)),
            ...missingBridges(next, observed, layout),
            ...missingInterfaces(next, observed),
            ...leftVolumes(former, next),
            ...files.notices,
          ],
    drift: [...foreignDrift(observed, next), ...forsakenSecrets(containers, observed)],
    blocked: [
      ...files.blocked,
      ...missingSecrets(containers, observed),
      ...bridgesInTheWay(next, observed, layout),
      ...unmappableBinds(next, observed, layout),
      ...changedVolumes(former, next),
    ],
  };
}

function recordReason(
  current: Generation | null,
  next: Generation,
  former: Former,
  { nextBoot, untilBoot = false }: PlanOptions,
): string | null {
  if (former.interrupted) return "the last switch did not do all";
  if (untilBoot) return current?.id === next.id ? null : "the next boot has the former one";
  return current?.id === next.id && (nextBoot === undefined || nextBoot.id === next.id) ? null : "the next boot has it";
}

function keptOf(subject: ContainerSubject, generation: Generation): Kept[] {
  const { unit, decision, because, next, unless } = subject;
  // The value of a unit is made when it is looked at: only of those of which there is something to say.
  if (decision !== "keep" && decision !== "reload") return keptStopped(subject);
  const isUnwanted =
    generation.units[unit]?.sections.Unit?.["X-RestartIfChanged"] === false && next?.onChange === "none";
  const setting = isUnwanted ? "restartIfChanged is false" : `onChange is "${next?.onChange}"`;
  if (decision === "keep")
    return [{ unit, because: `${setting}, so it keeps running as it was (${unless ?? because})` }];
  return unless === null ? [] : [{ unit, because: `${setting}, so this waits for a restart by hand: ${unless}` }];
}

function keptStopped({ unit, decision, because, running, next, former }: ContainerSubject): Kept[] {
  if (decision !== "none" || next === null || former === null || isUp(running)) return [];
  if (next.autoStart && !former.autoStart)
    return [{ unit, because: "it is stopped, and autoStart begins with the next boot; it can be started by hand" }];
  return because === ""
    ? []
    : [{ unit, because: `it is stopped; its next start will be with what is new (${because})` }];
}

function noticesOf({ name, former, next }: ContainerSubject, layout: Layout): string[] {
  if (next === null) {
    const orphan = former !== null && !former.ephemeral;
    return orphan ? [`the state of container ${name} stays in ${containerDir(layout, name)}`] : [];
  }
  const forsaken = former !== null && !former.ephemeral && next.ephemeral;
  const trusted = next.isolation === "trusted" && former?.isolation !== "trusted";
  const taken = former?.made === true && next.made !== true;
  return [
    ...(taken
      ? [
          `container ${name} was made by hand, and is host.ts's from now on: its state in ${containerDir(layout, name)} stays its own`,
        ]
      : []),
    ...(forsaken
      ? [
          `container ${name} is ${next.kind === "oci" ? "an OCI container" : "ephemeral"} now: its state in ${containerDir(layout, name)} stays, and is no longer used`,
        ]
      : []),
    ...(trusted ? [trustedNotice(next)] : []),
    ...newPorts(former, next),
  ];
}

function trustedNotice({ name, kind, trustedBecause }: ContainerPart): string {
  const mend =
    kind === "system" && trustedBecause.includes("it has the host's network")
      ? "; privateNetwork = true isolates it"
      : "";
  return `container ${name} is trusted, its root as good as root of this host: ${trustedBecause.join(", ")}${mend}`;
}
