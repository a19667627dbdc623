/** `options` as a module and the functions that explain see it. */
import type { Cell } from "./cell.ts";
import type { CellDefinition } from "./cell-definitions.ts";
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { Merge, Order, Override } from "./definition.ts";
import type { OptionView } from "./module.ts";
import type { OptionCell } from "./option-cell.ts";
import { Knot } from "./pass.ts";
import type { Scope } from "./scope.ts";
import { formerAnswer, type Reader, readCell } from "./view.ts";

/** `options` of a scope. */
export function optionsView(scope: Scope, reader: Reader, group: OptionGroup = scope.collected.tree): object {
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        const member = typeof name === "string" ? group.members.get(name) : undefined;
        if (member === undefined) return undefined;
        return isGroup(member) ? optionsView(scope, reader, member) : optionView(scope, member, reader);
      },
      has: (_target, name) => typeof name === "string" && group.members.has(name),
      ownKeys: () => [...group.members.keys()].filter((name) => name !== "_module"),
      getOwnPropertyDescriptor: (_target, name) =>
        typeof name === "string" && group.members.has(name)
          ? { enumerable: true, configurable: true, value: undefined }
          : undefined,
    },
  );
}

function optionView(scope: Scope, declared: DeclaredOption, reader: Reader): OptionView {
  const cell = scope.optionCell(declared);
  const counting = () => readDefinitions(cell, reader).filter((d) => d.priority === highest());
  const highest = () => Math.min(noPriority, ...readDefinitions(cell, reader).map((definition) => definition.priority));
  return {
    get isDefined() {
      return readDefinitions(cell, reader).some((definition) => definition.own);
    },
    get value() {
      return readCell(cell, reader);
    },
    get definitions() {
      return counting().map((definition) => definition.value);
    },
    get forwarded() {
      return forwardedOf(counting());
    },
    get highestPrio() {
      return highest();
    },
    get files() {
      return [...new Set(counting().flatMap((definition) => definition.file ?? []))];
    },
    type: declared.option.type,
    ...(declared.option.description !== undefined && { description: declared.option.description }),
  };
}

function forwardedOf(definitions: readonly DefinitionView[]): Merge {
  const own = definitions.filter((definition) => definition.own);
  return new Merge(own.map((d) => new Override(d.priority, new Order(d.order, d.value))));
}

/** `highestPrio` of an option that has neither definition nor default. */
const noPriority = 9999;

interface DefinitionView {
  readonly value: unknown;
  readonly priority: number;
  readonly order: number;
  readonly own: boolean;
  readonly file: string | undefined;
}

function readDefinitions(cell: OptionCell, reader: Reader): readonly DefinitionView[] {
  try {
    const seen = definitionViews(cell.allDefinitions());
    const answer = reader.note(cell.path, "definitions", seen);
    return Array.isArray(answer) ? answer : [];
  } catch (signal) {
    if (!(signal instanceof Knot)) throw signal;
    const ask = (former: Cell, r: Reader) => readDefinitions(former as OptionCell, r);
    const answer = formerAnswer(cell, reader, ask, "definitions");
    return Array.isArray(answer) ? answer : [];
  }
}

export function definitionViews(definitions: readonly CellDefinition[]): readonly DefinitionView[] {
  return definitions.map((d) => ({
    value: d.value,
    priority: d.priority,
    order: d.order,
    own: d.run !== undefined,
    file: d.run?.file,
  }));
}
