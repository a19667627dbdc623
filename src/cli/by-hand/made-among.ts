/** Which containers were made by hand. */
import { readActive } from "../../apply/current.ts";
import type { ContainerPart } from "../../compile/index.ts";
import type { Layout } from "../../store/layout.ts";

/** Of these names, those of containers that were made by hand. */
export function madeAmong(layout: Layout, names: readonly string[]): ContainerPart[] {
  const containers = readActive(layout)?.generation.containers ?? {};
  return names
    .flatMap((name) => (Object.hasOwn(containers, name) ? (containers[name] ?? []) : []))
    .filter(({ made }) => made === true);
}
