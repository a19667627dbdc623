/** When something about a container was last changed, as far as the generations that are kept say it. */
import { readActive, readChecked } from "../apply/current.ts";
import { isSame, ownedBy } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { listGenerations, switchedAt, testedAt, wasTheMachines } from "../store/generations.ts";
import type { Layout } from "../store/layout.ts";

export interface Change {
  /** The oldest in a row that has the container as it is now. */
  readonly generation: number;
  /** When the machine was last switched to that, ISO 8601; null: never so far that it was current. */
  readonly at: string | null;
  /** The verb that changed it by itself, without host.ts. */
  readonly byHand: string | null;
}

/** null: there is no such container. One that cannot be read ends the row. */
export function lastChange(layout: Layout, name: string): Change | null {
  const now = readActive(layout);
  const own = now === null ? null : ownedBy(layout, now.generation, name);
  if (now === null || own === null) return null;
  let since = now.number;
  for (const number of listGenerations(layout).reverse()) {
    if (number >= now.number || !wasTheMachines(layout, number)) continue;
    if (!isAsThen(layout, number, name, own)) break;
    since = number;
  }
  const { byHand } = readChecked(layout, since);
  return {
    generation: since,
    at: (switchedAt(layout, since) ?? testedAt(layout, since))?.toISOString() ?? null,
    byHand: byHand?.name === name ? byHand.verb : null,
  };
}

function isAsThen(layout: Layout, number: number, name: string, own: NonNullable<ReturnType<typeof ownedBy>>): boolean {
  try {
    return isSame(own, ownedBy(layout, readChecked(layout, number), name));
  } catch (error) {
    if (error instanceof StowageError) return false;
    throw error;
  }
}
