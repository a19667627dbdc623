/** Where definitions were written: found when somebody asks, by walking what the modules returned. */
import type { Place } from "../error.ts";
import { If, Merge, Order, Override, orders, priorities } from "./definition.ts";
import { placeOfKey } from "./place.ts";
import type { Run } from "./run.ts";
import { isPlainObject } from "./same.ts";
import { conditionOf } from "./scatter.ts";

/** A definition as it was written, whether it won or not. */
export interface WrittenDefinition {
  readonly value: unknown;
  readonly priority: number;
  readonly order: number;
  /** False below an `mkIf` whose condition does not hold. */
  readonly counts: boolean;
  /** Of the definition, or of the nearest enclosing one whose place is known. */
  readonly place: Place | undefined;
  /** False where the path ends inside a value that cannot be looked into. */
  readonly exact: boolean;
}

interface Way {
  readonly priority: number;
  readonly order: number;
  readonly counts: boolean;
  readonly place: Place | undefined;
}

/** What a module's returned definitions say at a path within its scope. */
export function writtenAt(returned: unknown, path: readonly string[]): WrittenDefinition[] {
  const found: WrittenDefinition[] = [];
  const walk = (value: unknown, depth: number, way: Way): void => {
    if (value instanceof If) walk(value.value, depth, { ...way, counts: way.counts && holds(value) });
    else if (value instanceof Override) walk(value.value, depth, { ...way, priority: value.priority });
    else if (value instanceof Order) walk(value.value, depth, { ...way, order: value.order });
    else if (value instanceof Merge) for (const part of value.values) walk(part, depth, way);
    else if (depth === path.length) found.push({ ...way, value, exact: true });
    else if (isPlainObject(value)) {
      const name = path[depth]!;
      if (Object.hasOwn(value, name) && value[name] !== undefined) {
        walk(value[name], depth + 1, { ...way, place: placeOfKey(value, name) ?? way.place });
      }
    } else if (value !== undefined) found.push({ ...way, value, exact: false });
  };
  walk(returned, 0, { priority: priorities.plain, order: orders.plain, counts: true, place: undefined });
  return found;
}

function holds(condition: If): boolean {
  try {
    return conditionOf(condition) === true;
  } catch {
    return false;
  }
}

/** Where a run defines something at an absolute path; falls back to what encloses it. */
export function placesIn(run: Run, path: readonly string[], value?: unknown): Place[] {
  const written = writtenAt(run.raw, path.slice(run.scope.path.length));
  const exact = written.filter((definition) => definition.exact && definition.value === value);
  const chosen = (exact.length > 0 ? exact : written).flatMap((definition) => definition.place ?? []);
  if (chosen.length > 0) return chosen;
  return run.from ? placesIn(run.from, path.slice(0, run.scope.path.length)) : [];
}
