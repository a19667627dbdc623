/** What a step is, and what it comes after. */
import type { Action, Step } from "./plan.ts";
import type { ContainerSubject } from "./subjects.ts";

/** Steps of subjects in the order given; those of one come after those of the others that are named. */
export function inTurn(
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
export function neededBy(containers: readonly ContainerSubject[], which: "former" | "next") {
  const by = new Map<string, string[]>();
  for (const one of containers)
    for (const name of one[which]?.dependsOn ?? []) by.set(name, [...(by.get(name) ?? []), one.name]);
  return (subject: ContainerSubject): readonly string[] => by.get(subject.name) ?? [];
}

/** Those that no other of them comes after: waiting for these is waiting for all. */
export function lastOf(steps: readonly Step[]): string[] {
  const followed = new Set(steps.flatMap((one) => one.after));
  return idsOf(steps.filter((one) => !followed.has(one.id)));
}

export const idsOf = (steps: readonly Step[]): string[] => steps.map((one) => one.id);

export function step(action: Action, because: string, after: readonly string[], container?: string): Step {
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
