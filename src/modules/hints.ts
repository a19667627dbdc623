/** Which options a module may define: what decides the order in which modules are run. Never wrong, only incomplete. */
import type { Collected } from "./collect.ts";
import { allOptions, type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { If, isWrapper, Merge, Order, Override } from "./definition.ts";
import { isPlainObject } from "./same.ts";
import type { Source } from "./source.ts";

/** Of one option: some attributes of it, or anything in it. */
export type Extent = ReadonlySet<string> | "whole";

export class Hints {
  readonly #extents = new Map<DeclaredOption, Set<string> | "whole">();

  mayDefine(option: DeclaredOption, key?: string): boolean {
    const extent = this.#extents.get(option);
    if (extent === undefined) return false;
    return extent === "whole" || key === undefined || extent.has(key);
  }

  /** What of a definition is not foreseen. */
  missing(option: DeclaredOption, defined: readonly string[] | "whole"): Extent | undefined {
    const known = this.#extents.get(option);
    if (known === "whole") return undefined;
    if (defined === "whole") return defined;
    const keys = known ? defined.filter((key) => !known.has(key)) : defined;
    return keys.length > 0 || known === undefined ? new Set(keys) : undefined;
  }

  add(option: DeclaredOption, extent: Extent): void {
    if (extent === "whole") this.addWhole(option);
    else this.addKeys(option, extent);
  }

  addWhole(option: DeclaredOption): void {
    this.#extents.set(option, "whole");
  }

  addKeys(option: DeclaredOption, keys: Iterable<string>): void {
    const extent = this.#extents.get(option);
    if (extent === "whole") return;
    if (extent) for (const key of keys) extent.add(key);
    else this.#extents.set(option, new Set(keys));
  }

  addAll(other: Hints): void {
    for (const [option, extent] of other.#extents) this.add(option, extent);
  }
}

/** What a module may define, judged by what it returned once. Conditions do not count: any may hold another time. */
export function hintsOf(returned: unknown, collected: Collected): Hints {
  const hints = new Hints();
  const group = (value: unknown, of: OptionGroup, forced: boolean): void => {
    if (value instanceof If || value instanceof Order) group(value.value, of, forced);
    else if (value instanceof Override) group(value.value, of, true);
    else if (value instanceof Merge) for (const part of value.values) group(part, of, forced);
    else if (isPlainObject(value)) {
      for (const name of Object.keys(value)) {
        const member = of.members.get(name);
        if (member === undefined) collected.freeform && hints.addWhole(collected.freeform);
        else if (isGroup(member)) group(value[name], member, forced);
        else option(value[name], member, forced);
      }
    }
  };
  const option = (value: unknown, of: DeclaredOption, forced: boolean): void => {
    if (value === undefined) return;
    if (value instanceof If || value instanceof Order) option(value.value, of, forced);
    else if (value instanceof Merge) for (const part of value.values) option(part, of, forced);
    else if (!forced && !isWrapper(value) && isPlainObject(value)) hints.addKeys(of, Object.keys(value));
    else hints.addWhole(of);
  };
  group(returned, collected.tree, false);
  return hints;
}

const known = new WeakMap<Collected, WeakMap<Source, Hints>>();

/** The hints of a source; found once for all instances of a submodule. */
export function sourceHints(source: Source, collected: Collected): Hints {
  let ofCollected = known.get(collected);
  if (!ofCollected) {
    ofCollected = new WeakMap();
    known.set(collected, ofCollected);
  }
  let hints = ofCollected.get(source);
  if (!hints) {
    hints = findHints(source, collected);
    ofCollected.set(source, hints);
  }
  return hints;
}

function findHints(source: Source, collected: Collected): Hints {
  if ("fixed" in source.definitions) return hintsOf(source.definitions.fixed, collected);
  let hints: Hints;
  try {
    hints = hintsOf(source.tentative?.(), collected);
  } catch {
    // It cannot run on unknown arguments: it may define anything.
    hints = new Hints();
    for (const option of allOptions(collected.tree)) hints.addWhole(option);
    if (collected.freeform) hints.addWhole(collected.freeform);
  }
  if (source.declaresByRunning) {
    for (const option of allOptions(collected.tree)) if (option.computedDefault) hints.addWhole(option);
  }
  return hints;
}
