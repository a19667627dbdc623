/** Containers by the names that people type. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { nearestNames } from "../modules/suggest.ts";

/** Nothing was ever switched to: then there are no containers. */
export const containersOf = (generation: Generation | null): Readonly<Record<string, ContainerPart>> =>
  generation?.containers ?? {};

/** @throws StowageError `unknown-container`, one problem for each name that is none, with the nearest that is */
export function findContainers(generation: Generation | null, names: readonly string[]): ContainerPart[] {
  const containers = containersOf(generation);
  const unknown = [...new Set(names)].filter((name) => !Object.hasOwn(containers, name));
  if (unknown.length > 0)
    throw new StowageError(unknown.map((name) => unknownContainer(name, Object.keys(containers))));
  return [...new Set(names)].flatMap((name) => containers[name] ?? []);
}

function unknownContainer(name: string, known: readonly string[]) {
  const close = nearestNames(name, known);
  const list =
    known.length > 0
      ? `there are: ${[...known].sort().join(", ")}`
      : "there are none: declare one, then stowage switch";
  return {
    code: "unknown-container",
    message: `there is no container "${name}"`,
    hint: close.length === 0 ? list : `did you mean ${close.join(" or ")}?`,
  };
}

export const notRunning = (name: string): StowageError =>
  new StowageError({
    code: "not-running",
    message: `the container "${name}" is not running`,
    hint: `stowage start ${name}`,
  });
