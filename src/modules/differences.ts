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

/** A path that is written out only where something differs: most of what is compared is equal. */
interface Trail {
  readonly outer: Trail | undefined;
  readonly name: string;
}

/** @param path of the scope whose module returned them */
export function differences(a: unknown, b: unknown, path: readonly string[]): Difference[] {
  const found: Difference[] = [];
  new Comparison(path, found).compare(a, b, undefined);
  return found;
}

class Comparison {
  constructor(
    readonly base: readonly string[],
    readonly found: Difference[],
  ) {}

  compare(a: unknown, b: unknown, trail: Trail | undefined): void {
    if (Object.is(a, b)) return;
    if (isWrapper(a) || isWrapper(b)) {
      if (!this.#wrappers(a, b, trail)) this.#note(a, b, trail, true);
    } else if (isPlainObject(a) && isPlainObject(b)) {
      for (const name of Object.keys(a)) {
        if (a[name] !== b[name]) this.compare(a[name], b[name], { outer: trail, name });
      }
      for (const name of Object.keys(b)) {
        if (a[name] === undefined && b[name] !== undefined) this.compare(undefined, b[name], { outer: trail, name });
      }
    } else if (!alike(a, b)) this.#note(a, b, trail, a === undefined || b === undefined);
  }

  /** False where the wrappers themselves differ. */
  #wrappers(a: unknown, b: unknown, trail: Trail | undefined): boolean {
    if (a instanceof If && b instanceof If && conditionOf(a) === conditionOf(b)) this.compare(a.value, b.value, trail);
    else if (a instanceof Override && b instanceof Override && a.priority === b.priority) {
      this.compare(a.value, b.value, trail);
    } else if (a instanceof Order && b instanceof Order && a.order === b.order) this.compare(a.value, b.value, trail);
    else if (a instanceof Merge && b instanceof Merge && a.values.length === b.values.length) {
      for (const [index, value] of a.values.entries()) this.compare(value, b.values[index], trail);
    } else return false;
    return true;
  }

  /** Objects are told by their members, so that a condition around several options touches only these. */
  #note(a: unknown, b: unknown, trail: Trail | undefined, comesOrGoes: boolean): void {
    const path = [...this.base, ...namesOf(trail)];
    const before = this.found.length;
    for (const value of [a, b]) collectLeaves(value, path, comesOrGoes, this.found);
    if (this.found.length === before) this.found.push({ path, inValue: true, comesOrGoes });
  }
}

function namesOf(trail: Trail | undefined): string[] {
  const names: string[] = [];
  for (let at = trail; at; at = at.outer) names.push(at.name);
  return names.reverse();
}

function collectLeaves(value: unknown, path: readonly string[], comesOrGoes: boolean, found: Difference[]): void {
  if (value instanceof Merge) for (const part of value.values) collectLeaves(part, path, comesOrGoes, found);
  else if (isWrapper(value)) collectLeaves((value as If).value, path, comesOrGoes, found);
  else if (isPlainObject(value) && Object.keys(value).length > 0) {
    if (comesOrGoes) found.push({ path, inValue: false, comesOrGoes });
    for (const name of Object.keys(value)) collectLeaves(value[name], [...path, name], comesOrGoes, found);
  } else if (value !== undefined) found.push({ path, inValue: true, comesOrGoes });
}
