/** The definitions of a cell: which of them count. */
import { orders, priorities } from "./definition.ts";
import type { Run } from "./run.ts";
import { discharge, type SourcedDefinition } from "./scatter.ts";

export type CellDefinition = SourcedDefinition<Run>;

/** A default stands below every definition. */
export function defaultDefinition(value: unknown): CellDefinition {
  return { value, priority: priorities.optionDefault, order: orders.plain, run: undefined };
}

/** The definitions of the best priority, by order. */
export function winning(all: readonly CellDefinition[]): readonly CellDefinition[] {
  if (all.length < 2) return all;
  let best = Number.POSITIVE_INFINITY;
  let isPlain = true;
  for (const definition of all) {
    if (definition.priority < best) best = definition.priority;
    if (definition.order !== orders.plain) isPlain = false;
  }
  const counting = all.filter((definition) => definition.priority === best);
  // Stable: the order of the modules decides among equals.
  return isPlain ? counting : counting.sort((a, b) => a.order - b.order);
}

/** The attributes that some of the definitions have. */
export function namesOf(definitions: readonly CellDefinition[]): string[] {
  if (definitions.length === 1) return Object.keys(definitions[0]!.value as object);
  return [...new Set(definitions.flatMap((definition) => Object.keys(definition.value as object)))];
}

/** Takes the wrappers off what stands inside a definition: an attribute or an element. */
export function unwrap(value: unknown, run: Run | undefined, into: CellDefinition[], misfit: () => void): void {
  if (typeof value !== "object" && value !== undefined) {
    into.push({ value, priority: priorities.plain, order: orders.plain, run });
    return;
  }
  const emit = (bare: unknown, priority: number, order: number) => into.push({ value: bare, priority, order, run });
  discharge(value, priorities.plain, orders.plain, emit, misfit);
}
