/** From what a module returns to the definitions of single options: wrappers are pushed down to where the options are. */
import type { Collected } from "./collect.ts";
import { type DeclaredOption, isGroup, type OptionGroup } from "./declared.ts";
import { If, isWrapper, Merge, Order, Override, orders, priorities } from "./definition.ts";
import type { Definition } from "./option-type.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";

/** A definition and the run of a module that made it; undefined for a default. */
export interface SourcedDefinition<Run = unknown> extends Definition {
  readonly run: Run | undefined;
}

/** Something in a module's definitions that fits no option. */
export interface Misfit {
  readonly code: "unknown-option" | "wrong-type" | "bad-condition";
  /** Within the module's scope. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** Names that are possible there. */
  readonly names?: readonly string[];
}

export interface Scattered<Run> {
  readonly definitions: Map<DeclaredOption, SourcedDefinition<Run>[]>;
  readonly misfits: Misfit[];
}

/** One walk over the definitions of one module. */
export class Scatter<Run> implements Scattered<Run> {
  readonly definitions = new Map<DeclaredOption, SourcedDefinition<Run>[]>();
  readonly misfits: Misfit[] = [];

  constructor(
    readonly collected: Collected,
    readonly run: Run,
  ) {}

  all(value: unknown): this {
    this.#group(value, this.collected.tree, priorities.plain, orders.plain, true);
    return this;
  }

  /** A default that the module computed. */
  addDefault(option: DeclaredOption, value: unknown): void {
    this.#add(option, value, priorities.optionDefault, orders.plain, undefined);
  }

  #add(option: DeclaredOption, value: unknown, priority: number, order: number, run: Run | undefined): void {
    let list = this.definitions.get(option);
    if (!list) {
      list = [];
      this.definitions.set(option, list);
    }
    if (!isWrapper(value)) {
      if (value !== undefined) list.push({ value, priority, order, run });
      return;
    }
    const into = list;
    discharge(
      value,
      priority,
      order,
      (bare, p, o) => into.push({ value: bare, priority: p, order: o, run }),
      (misfit) => this.misfits.push({ ...misfit, path: option.path }),
    );
  }

  #group(value: unknown, group: OptionGroup, priority: number, order: number, counts: boolean): void {
    if (value === undefined || value === unknownValue) return;
    if (value instanceof If) {
      const holds = conditionOf(value);
      if (holds === undefined) this.misfits.push({ code: "bad-condition", path: group.path, value: value.condition });
      this.#group(value.value, group, priority, order, counts && holds === true);
    } else if (value instanceof Merge) {
      for (const part of value.values) this.#group(part, group, priority, order, counts);
    } else if (value instanceof Override) this.#group(value.value, group, value.priority, order, counts);
    else if (value instanceof Order) this.#group(value.value, group, priority, value.order, counts);
    else if (isPlainObject(value)) this.#members(value, group, priority, order, counts);
    else this.misfits.push({ code: "wrong-type", path: group.path, value });
  }

  #members(value: Record<string, unknown>, group: OptionGroup, priority: number, order: number, counts: boolean): void {
    for (const name of Object.keys(value)) {
      const inner = value[name];
      if (inner === undefined) continue;
      const member = group.members.get(name);
      if (member === undefined) this.#undeclared(name, inner, group, priority, order, counts);
      else if (isGroup(member)) this.#group(inner, member, priority, order, counts);
      else if (counts) this.#add(member, inner, priority, order, this.run);
    }
  }

  #undeclared(
    name: string,
    value: unknown,
    group: OptionGroup,
    priority: number,
    order: number,
    counts: boolean,
  ): void {
    const { freeform } = this.collected;
    if (freeform === undefined) {
      const names = [...group.members.keys()].filter((known) => known !== "_module");
      this.misfits.push({ code: "unknown-option", path: [...group.path, name], value, names });
    } else if (counts) {
      const nested = group.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), { [name]: value });
      this.#add(freeform, nested, priority, order, this.run);
    }
  }
}

/** Takes the wrappers off a value; calls `emit` for every definition in it that counts. The innermost priority wins. */
export function discharge(
  value: unknown,
  priority: number,
  order: number,
  emit: (value: unknown, priority: number, order: number) => void,
  misfit: (misfit: Misfit) => void,
): void {
  if (value === undefined) return;
  if (!isWrapper(value)) {
    emit(value, priority, order);
  } else if (value instanceof If) {
    const holds = conditionOf(value);
    if (holds === undefined) misfit({ code: "bad-condition", path: [], value: value.condition });
    if (holds) discharge(value.value, priority, order, emit, misfit);
  } else if (value instanceof Merge) {
    for (const part of value.values) discharge(part, priority, order, emit, misfit);
  } else if (value instanceof Override) discharge(value.value, value.priority, order, emit, misfit);
  else discharge(value.value, priority, value.order, emit, misfit);
}

/** undefined: the condition is no boolean. The unknown counts as true. */
export function conditionOf(wrapper: If): boolean | undefined {
  const { condition } = wrapper;
  const value = typeof condition === "function" && condition !== unknownValue ? condition() : condition;
  if (value === unknownValue) return true;
  return typeof value === "boolean" ? value : undefined;
}
