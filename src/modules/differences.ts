/** Where two results of one module differ, as paths of definitions. */
import { If, isWrapper, Merge, Order, Override } from "./definition.ts";
import { alike, isPlainObject } from "./same.ts";
import { conditionOf } from "./scatter.ts";

export interface Difference {
  /** Of the whole evaluation. */
  readonly path: readonly string[];
  /** Everything at and below it may be different; else only whether it is there. */
  readonly inValue: boolean;
  /** The attribute may be there in one of them and not in the other. */
  readonly comesOrGoes: boolean;
}

/** @param path of the scope whose module returned them */
export function differences(a: unknown, b: unknown, path: readonly string[]): Difference[] {
  const found: Difference[] = [];
  compare(a, b, path, found);
  return found;
}

function compare(a: unknown, b: unknown, path: readonly string[], found: Difference[]): void {
  if (Object.is(a, b)) return;
  if (isWrapper(a) || isWrapper(b)) {
    if (!compareWrappers(a, b, path, found)) note(a, b, path, found, true);
  } else if (isPlainObject(a) && isPlainObject(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
      compare(a[name], b[name], [...path, name], found);
  } else if (!alike(a, b)) note(a, b, path, found, a === undefined || b === undefined);
}

/** False where the wrappers themselves differ. */
function compareWrappers(a: unknown, b: unknown, path: readonly string[], found: Difference[]): boolean {
  if (a instanceof If && b instanceof If && conditionOf(a) === conditionOf(b)) compare(a.value, b.value, path, found);
  else if (a instanceof Override && b instanceof Override && a.priority === b.priority) {
    compare(a.value, b.value, path, found);
  } else if (a instanceof Order && b instanceof Order && a.order === b.order) compare(a.value, b.value, path, found);
  else if (a instanceof Merge && b instanceof Merge && a.values.length === b.values.length) {
    for (const [index, value] of a.values.entries()) compare(value, b.values[index], path, found);
  } else return false;
  return true;
}

/** Objects are told by their members, so that a condition around several options touches only these. */
function note(a: unknown, b: unknown, path: readonly string[], found: Difference[], comesOrGoes: boolean): void {
  const before = found.length;
  for (const value of [a, b]) collectLeaves(value, path, comesOrGoes, found);
  if (found.length === before) found.push({ path, inValue: true, comesOrGoes });
}

function collectLeaves(value: unknown, path: readonly string[], comesOrGoes: boolean, found: Difference[]): void {
  if (value instanceof Merge) for (const part of value.values) collectLeaves(part, path, comesOrGoes, found);
  else if (isWrapper(value)) collectLeaves((value as If).value, path, comesOrGoes, found);
  else if (isPlainObject(value) && Object.keys(value).length > 0) {
    if (comesOrGoes) found.push({ path, inValue: false, comesOrGoes });
    for (const name of Object.keys(value)) collectLeaves(value[name], [...path, name], comesOrGoes, found);
  } else if (value !== undefined) found.push({ path, inValue: true, comesOrGoes });
}
