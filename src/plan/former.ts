/**
 * What may be on the machine by our doing: the current generation, and those of switches that were cut short. After a
 * cut nobody knows which of them a unit runs with, so a thing counts as unchanged only if all that know it agree.
 */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { compare, identical, type Unit } from "../units/index.ts";

/**
 * Limits that systemd gives to what runs when it reads the unit again: whatever is in its control group stays. Not where
 * somebody changed them by hand: nobody knows what is in force then.
 */
const isResource = (key: string): boolean =>
  /^(Service|Slice)\.(Memory(Max|High|Low|SwapMax)|CPU(Quota|Weight)|IOWeight|TasksMax)$/.test(key);

export class Former {
  readonly generations: readonly Generation[];
  /** A switch was cut short: what is stopped may be so because of it, and not by a person's will. */
  readonly interrupted: boolean;
  /** Of a switch that was cut short: units that ran before it, or were to run after it; null where that is not known. */
  readonly meant: readonly string[] | null;
  readonly #hasCurrent: boolean;
  /** Asked for again and again. */
  readonly #changes = new WeakMap<Unit, readonly string[]>();
  readonly #others = new WeakMap<Unit, readonly Unit[]>();
  readonly #byHand: (unit: string) => readonly string[];

  /** @param byHand what differs because a unit was started with files that somebody had changed */
  constructor(
    current: Generation | null,
    leftBehind: readonly Generation[],
    meant: readonly string[] | null = null,
    byHand: (unit: string) => readonly string[] = () => [],
  ) {
    this.#byHand = byHand;
    this.meant = meant;
    this.#hasCurrent = current !== null;
    this.generations = current === null ? leftBehind : [current, ...leftBehind];
    this.interrupted = leftBehind.length > 0;
  }

  /** Keys of a part that are in any of them and not in the next generation, in a stable order. */
  gone(part: "units" | "unitLinks" | "files" | "containers", next: Generation): string[] {
    const all = this.generations.flatMap((one) => Object.keys(one[part]));
    return [...new Set(all)].filter((key) => !Object.hasOwn(next[part], key)).sort();
  }

  has(part: "units" | "unitLinks" | "files" | "containers", key: string): boolean {
    return this.generations.some((one) => Object.hasOwn(one[part], key));
  }

  /** Whether a container was there before any switch that was cut short, and in all of those. */
  isSettled(container: string): boolean {
    return this.#hasCurrent && this.generations.every((one) => Object.hasOwn(one.containers, container));
  }

  /** Any of them that has it: the current generation's first. */
  container(name: string): ContainerPart | null {
    return this.generations.map((one) => one.containers[name]).find((part) => part !== undefined) ?? null;
  }

  unit(name: string): Unit | null {
    return this.generations.map((one) => one.units[name]).find((unit) => unit !== undefined) ?? null;
  }

  linkTargets(link: string): string[] {
    return this.generations.flatMap((one) => one.unitLinks[link] ?? []);
  }

  /** What differs between a unit as it may run now and as it should be: `Service.ExecStart`, … Sorted, without doubles. */
  changes(next: Unit): readonly string[] {
    const found = this.#changes.get(next) ?? this.#compared(next);
    this.#changes.set(next, found);
    return found;
  }

  #compared(next: Unit): string[] {
    const changed = this.#othersThan(next).flatMap((unit) => {
      const comparison = compare(unit, next);
      return comparison === "equal" ? [] : comparison.changed.filter((key) => !isResource(key));
    });
    return [...new Set([...changed, ...(this.has("units", next.name) ? this.#byHand(next.name) : [])])].sort();
  }

  /** The unit as any of them has it, where that is not made of the very same values. */
  #othersThan(next: Unit): readonly Unit[] {
    const found =
      this.#others.get(next) ??
      this.generations.flatMap((one) => one.units[next.name] ?? []).filter((unit) => !identical(unit, next));
    this.#others.set(next, found);
    return found;
  }

  /** Whether something of the unit must be read anew that needs no restart. */
  reloadTriggered(next: Unit): boolean {
    const others = this.#othersThan(next);
    if (others.length === 0) return false;
    const trigger = (unit: Unit) => unit.sections.Unit?.["X-Reload-Triggers"];
    const wanted = trigger(next);
    return wanted !== undefined && others.some((unit) => trigger(unit) !== wanted);
  }
}
