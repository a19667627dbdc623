/**
 * What may stand around a value in a definition: conditions, merges, priorities, orders. Plain values of their own; the
 * evaluator pushes them down to the options.
 */
import type { In, Wrapper } from "./infer.ts";

/** Lower wins. `plain` is a definition without a wrapper, `optionDefault` is where an option's `default` stands. */
export const priorities = { force: 50, plain: 100, default: 1000, optionDefault: 1500 } as const;
/** Lower comes first in a merge. */
export const orders = { before: 500, plain: 1000, after: 1500 } as const;

/** One class above all wrappers: whether a value is one of them is asked for every value there is. */
abstract class Wrapping {}

export class If extends Wrapping {
  readonly kind = "if";
  constructor(
    readonly condition: unknown,
    readonly value: unknown,
  ) {
    super();
  }
}
export class Merge extends Wrapping {
  readonly kind = "merge";
  constructor(readonly values: readonly unknown[]) {
    super();
  }

  /** The same with each value changed, below priorities and orders. */
  map(change: (value: unknown) => unknown): Merge {
    const inside = (value: unknown): unknown => {
      if (value instanceof Override) return new Override(value.priority, inside(value.value));
      return value instanceof Order ? new Order(value.order, inside(value.value)) : change(value);
    };
    return new Merge(this.values.map(inside));
  }
}
export class Override extends Wrapping {
  readonly kind = "override";
  constructor(
    readonly priority: number,
    readonly value: unknown,
  ) {
    super();
  }
}
export class Order extends Wrapping {
  readonly kind = "order";
  constructor(
    readonly order: number,
    readonly value: unknown,
  ) {
    super();
  }
}

export type AnyWrapper = If | Merge | Override | Order;

export function isWrapper(value: unknown): value is AnyWrapper {
  return value instanceof Wrapping;
}

/** The definitions count only where the condition holds. A condition may read `config`. */
export function mkIf<V>(condition: boolean | (() => boolean), value: In<V>): Wrapper<"if", V> {
  return new If(condition, value);
}
/** Several definitions at one place, as if each came from a module of its own. */
export function mkMerge<V>(values: readonly In<V>[]): Wrapper<"merge", V> {
  return new Merge(values);
}
/** A definition with a priority: only the definitions of the lowest number count. */
export function mkOverride<V>(priority: number, value: In<V>): Wrapper<"override", V> {
  return new Override(priority, value);
}
/** Priority 1000: gives way to any plain definition. */
export function mkDefault<V>(value: In<V>): Wrapper<"override", V> {
  return new Override(priorities.default, value);
}
/** Priority 50: wins over any plain definition. */
export function mkForce<V>(value: In<V>): Wrapper<"override", V> {
  return new Override(priorities.force, value);
}
/** Priority 1500, where an option's own `default` stands. */
export function mkOptionDefault<V>(value: In<V>): Wrapper<"override", V> {
  return new Override(priorities.optionDefault, value);
}
/** A definition at a place of its own in a list or a text: lower comes first, 1000 is a plain definition. */
export function mkOrder<V>(order: number, value: In<V>): Wrapper<"order", V> {
  return new Order(order, value);
}
/** Order 500: before plain definitions. */
export function mkBefore<V>(value: In<V>): Wrapper<"order", V> {
  return new Order(orders.before, value);
}
/** Order 1500: after plain definitions. */
export function mkAfter<V>(value: In<V>): Wrapper<"order", V> {
  return new Order(orders.after, value);
}
