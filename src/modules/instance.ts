/** A submodule as the value of a cell: its modules, and the definitions as further modules. */
import type { Cell } from "./cell.ts";
import type { CellDefinition } from "./cell-definitions.ts";
import { type Collected, collect } from "./collect.ts";
import type { Module } from "./module.ts";
import type { Merging } from "./option-type.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { Scope } from "./scope.ts";
import { isWholeModule, runOnUnknown, type Source } from "./source.ts";
import { liveConfig } from "./view.ts";

export type ModulesMerging = Merging & { readonly by: "modules" };

const collectedOnce = new WeakMap<readonly Module[], Collected>();

/** The options and sources of a submodule type as far as all its instances share them. */
export function collectedOf(merging: Pick<ModulesMerging, "modules" | "specialArgs">): Collected {
  let collected = collectedOnce.get(merging.modules);
  if (!collected) {
    collected = collect(merging.modules, { known: merging.specialArgs, config: unknownValue });
    collectedOnce.set(merging.modules, collected);
  }
  return collected;
}

export function instance(cell: Cell, merging: ModulesMerging, definitions: readonly CellDefinition[]): Scope {
  const name = merging.sharesName ? (cell.scope.known.name ?? cell.name) : cell.name;
  const known = { name, ...merging.specialArgs, ...argumentsBeside(cell, merging.specialArgsFrom) };
  const configOnly = merging.configOnly || !definitions.some(({ value }) => isWholeModule(value, known));
  const shared = collectedOf(merging);
  const { pass } = cell.scope;
  if (configOnly && !shared.perInstance) {
    return new Scope({ pass, cell, known, collected: shared, given: definitions.map((d) => given(d, known)) });
  }
  // Its options depend on its arguments or its definitions: they are collected for this instance alone.
  const live = liveConfig();
  const modules = configOnly ? merging.modules : [...merging.modules, ...definitions.map((d) => d.value)];
  const collected = collect(modules, { known, config: live.handle });
  const own = configOnly ? definitions.map((definition) => given(definition, known)) : [];
  const scope = new Scope({ pass, cell, known, collected, given: own });
  live.attach(scope);
  return scope;
}

/** Their value as it is now: who reads what is made of them waits for what defines them. */
function argumentsBeside(cell: Cell, name: string | undefined): Readonly<Record<string, unknown>> {
  const found = name === undefined ? undefined : cell.scope.find([name]);
  const value = found && cell.scope.optionCell(found.option).value();
  return isPlainObject(value) ? value : {};
}

function given(definition: CellDefinition, known: Readonly<Record<string, unknown>>) {
  return { source: sourceOfDefinition(definition.value, known), from: definition.run };
}

/** A definition of a submodule whose definitions are values only. */
function sourceOfDefinition(value: unknown, known: Readonly<Record<string, unknown>>): Source {
  if (typeof value !== "function") {
    return { module: value, definitions: { fixed: value }, tentative: undefined, declaresByRunning: false };
  }
  const compute = value as (args: object) => unknown;
  return {
    module: value,
    definitions: { compute: (args) => ({ config: compute(args) }) },
    tentative: () => runOnUnknown(compute, { known, config: unknownValue }).result,
    declaresByRunning: false,
  };
}
