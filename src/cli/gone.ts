/** Containers that the machine does not have any more, of which something is left. */
import { existsSync, readdirSync } from "node:fs";
import { readActive, readChecked } from "../apply/current.ts";
import type { ContainerPart } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { listGenerations, wasTheMachines } from "../store/generations.ts";
import { containerDir, containersDir, type Layout } from "../store/layout.ts";

export interface Gone {
  readonly name: string;
  readonly state: "gone";
  /** null: no generation that is kept knows it. */
  readonly kind: ContainerPart["kind"] | null;
  /** The newest one that is kept and has it. */
  readonly generation: number | null;
  /** Path of the root that a system container has left. */
  readonly root: string | null;
}

/** By name. What is in the way of knowing one of them, such as a damaged generation, hides no other. */
export function goneContainers(layout: Layout): Gone[] {
  const known = new Set(Object.keys(readActive(layout)?.generation.containers ?? {}));
  const found = new Map<string, Gone>();
  for (const number of listGenerations(layout).reverse()) {
    // What never came is not gone.
    if (!wasTheMachines(layout, number)) continue;
    for (const { name, kind } of containersIn(layout, number)) {
      if (known.has(name)) continue;
      known.add(name);
      found.set(name, { name, state: "gone", kind, generation: number, root: rootOf(layout, name) });
    }
  }
  for (const name of rootsOf(layout)) {
    if (known.has(name)) continue;
    found.set(name, { name, state: "gone", kind: "system", generation: null, root: rootOf(layout, name) });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function containersIn(layout: Layout, number: number): ContainerPart[] {
  try {
    return Object.values(readChecked(layout, number).containers);
  } catch (error) {
    if (error instanceof StowageError) return [];
    throw error;
  }
}

function rootOf(layout: Layout, name: string): string | null {
  const root = `${containerDir(layout, name)}/root`;
  return existsSync(root) ? root : null;
}

/** Of directories, those that have a root: what else lies there is not a container's. */
function rootsOf(layout: Layout): string[] {
  const directory = containersDir(layout);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && rootOf(layout, entry.name) !== null)
    .map((entry) => entry.name);
}
