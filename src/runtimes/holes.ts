/**
 * What differs between containers that are alike otherwise, and what stands in for it. Of two containers that are the
 * same once their values are replaced, all texts are the same but for those values (src/compile/stencil.ts).
 */

/** Which of two sets of stand-ins: what is made with both shows what depends on a value other than by repeating it. */
export type Tag = "a" | "b";

/**
 * Each stand-in has every sort of character that the values it stands for may have: whatever would change or quote one
 * of them changes or quotes a stand-in too. Values that have others are not replaced.
 */
const kinds = {
  /** Names. */
  word: {
    fits: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    standIn: (tag: Tag, index: number) => `Zq.${tag}-${index}_q`,
    found: (tag: Tag) => `Zq\\.${tag}-(\\d+)_q`,
  },
  /** Absolute paths. */
  path: {
    fits: /^\/[A-Za-z0-9_./-]*[A-Za-z0-9_-]$/,
    standIn: (tag: Tag, index: number) => `/Zq.${tag}/${index}-_q`,
    found: (tag: Tag) => `/Zq\\.${tag}/(\\d+)-_q`,
  },
  /** Of networks and of links. */
  address: {
    fits: /^[0-9a-f.:]+$/,
    standIn: (tag: Tag, index: number) => `Zq.${tag}:${index}_q`,
    found: (tag: Tag) => `Zq\\.${tag}:(\\d+)_q`,
  },
} as const;

const numberPrefix = (tag: Tag): string => (tag === "a" ? "4820376" : "5930647");
const standInNumber = (tag: Tag, index: number): number =>
  Number(`${numberPrefix(tag)}${String(index).padStart(5, "0")}`);

/** Finds the stand-ins of a set in a text: one of its groups is the index of the value. */
export const standInPattern = (tag: Tag): string =>
  [...Object.values(kinds).map(({ found }) => found(tag)), `${numberPrefix(tag)}(\\d{5})`].join("|");

/** Put together once: that takes longer than all that is done with one. */
const made: Readonly<Record<Tag, Record<keyof typeof kinds, string[]> & { number: number[] }>> = {
  a: { word: [], path: [], address: [], number: [] },
  b: { word: [], path: [], address: [], number: [] },
};

/** What was left of a value, or which one was taken away. */
type Step = { readonly same: unknown; readonly shown: string } | { readonly index: number };

/** Goes through a container: told of each value whether it may be taken away. */
export abstract class Taker {
  word(value: string): string {
    return kinds.word.fits.test(value) ? this.take("word", value) : this.same(value);
  }

  path(value: string): string {
    return kinds.path.fits.test(value) ? this.take("path", value) : this.same(value);
  }

  address(value: string): string {
    return kinds.address.fits.test(value) ? this.take("address", value) : this.same(value);
  }

  number(value: number): number {
    return Number.isSafeInteger(value) ? this.takeNumber(value) : this.same(value);
  }

  /** With how many there are. */
  each<T>(all: readonly T[], of: (one: T, taker: Taker) => T): T[] {
    this.count(all.length);
    const list: T[] = [];
    for (const one of all) list.push(of(one, this));
    return list;
  }

  /** What is not taken away. */
  abstract same<T>(value: T): T;
  protected abstract take(kind: keyof typeof kinds, value: string): string;
  protected abstract takeNumber(value: number): number;
  protected abstract count(length: number): void;
}

/** Takes values away and gives stand-ins. Equal values get the same one: that they are equal is seen in what is left. */
export class Holes extends Taker {
  #values: string[] = [];
  #steps: Step[] = [];
  readonly #indices = new Map<string, number>();
  readonly #tag: Tag;

  constructor(tag: Tag) {
    super();
    this.#tag = tag;
  }

  same<T>(value: T): T {
    this.#steps.push({ same: value, shown: shown(value) });
    return value;
  }

  /** Of each stand-in, by its index, what it stands for. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Of one of which the same would be left, to take the same away. */
  get again(): KnownHoles {
    return new KnownHoles(this.#steps);
  }

  /** All that was left, and where values were taken away: equal for two only if they differ in nothing but values. */
  get left(): string {
    let text = "";
    for (const step of this.#steps) text += "shown" in step ? step.shown : `${step.index},`;
    return text;
  }

  /** Begins anew: one is used for many containers. */
  clear(): void {
    this.#values = [];
    this.#steps = [];
    this.#indices.clear();
  }

  protected take(kind: keyof typeof kinds, value: string): string {
    return this.#standIn(made[this.#tag][kind], value, kinds[kind].standIn);
  }

  protected takeNumber(value: number): number {
    return this.#standIn(made[this.#tag].number, `${value}`, standInNumber);
  }

  protected count(length: number): void {
    this.#steps.push({ same: noValue, shown: counted(length) });
  }

  #standIn<T>(known: T[], value: string, make: (tag: Tag, index: number) => T): T {
    const index = this.#indexOf(value);
    known[index] ??= make(this.#tag, index);
    return known[index];
  }

  #indexOf(value: string): number {
    let index = this.#indices.get(value);
    if (index === undefined) {
      index = this.#values.push(value) - 1;
      this.#indices.set(value, index);
    }
    this.#steps.push({ index });
    return index;
  }
}

/** Takes away what {@link Holes} took away from another one, as long as just the same is left: no text is made of that. */
export class KnownHoles extends Taker {
  readonly #steps: readonly Step[];
  #at = 0;
  #fits = true;
  #values: string[] = [];

  constructor(steps: readonly Step[]) {
    super();
    this.#steps = steps;
  }

  /** Begins anew. */
  clear(): void {
    this.#at = 0;
    this.#fits = true;
    this.#values = [];
  }

  /** What {@link Holes} would have taken away; null where another thing is left. */
  get values(): readonly string[] | null {
    return this.#fits && this.#at === this.#steps.length ? this.#values : null;
  }

  same<T>(value: T): T {
    if (!this.#fits) return value;
    const step = this.#steps[this.#at++];
    if (step === undefined || !("shown" in step)) this.#fits = false;
    // What was frozen, or is no object, is the same for good.
    else if (step.same !== value && step.shown !== shown(value)) this.#fits = false;
    return value;
  }

  protected take(_kind: keyof typeof kinds, value: string): string {
    this.#compare(value);
    return value;
  }

  protected takeNumber(value: number): number {
    this.#compare(`${value}`);
    return value;
  }

  protected count(length: number): void {
    const step = this.#steps[this.#at++];
    if (step === undefined || !("shown" in step) || step.shown !== counted(length)) this.#fits = false;
  }

  #compare(value: string): void {
    if (!this.#fits) return;
    const step = this.#steps[this.#at++];
    const known = this.#values;
    if (step === undefined || "shown" in step) this.#fits = false;
    else if (step.index < known.length) this.#fits = known[step.index] === value;
    // Another value than all before: there are few.
    else if (known.includes(value)) this.#fits = false;
    else known.push(value);
  }
}

/** No value of a container's. */
const noValue = Symbol("no value");
const counted = (length: number): string => `${length}:`;

/** None begins as another one does. */
function shown(value: unknown): string {
  if (value === null) return "n";
  if (value === true) return "t";
  if (value === false) return "f";
  if (typeof value === "string") return `${value.length}"${value}`;
  if (typeof value === "number") return `${value};`;
  return Array.isArray(value) && value.length === 0 ? "[]" : `${JSON.stringify(value)};`;
}
