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

/** Goes through a container: told of each value whether it may be taken away. */
export interface Taker {
  word(value: string): string;
  path(value: string): string;
  address(value: string): string;
  number(value: number): number;
  /** What is not taken away. */
  same<T>(value: T): T;
  /** With how many there are. */
  each<T>(all: readonly T[], of: (one: T, taker: Taker) => T): T[];
}

/** What was left of a value, or which one was taken away. */
type Step = { readonly same: unknown; readonly shown: string } | { readonly index: number };

/** No value of a container's. */
const each = Symbol("each");

/** Takes values away and gives stand-ins. Equal values get the same one: that they are equal is seen in what is left. */
export class Holes implements Taker {
  #values: string[] = [];
  #steps: Step[] = [];
  readonly #indices = new Map<string, number>();
  readonly #tag: Tag;
  #left = "";

  constructor(tag: Tag) {
    this.#tag = tag;
  }

  word(value: string): string {
    return this.#replaced("word", value);
  }

  path(value: string): string {
    return this.#replaced("path", value);
  }

  address(value: string): string {
    return this.#replaced("address", value);
  }

  number(value: number): number {
    if (!Number.isSafeInteger(value)) return this.same(value);
    const known = made[this.#tag].number;
    const index = this.#indexOf(`${value}`);
    known[index] ??= standInNumber(this.#tag, index);
    return known[index];
  }

  same<T>(value: T): T {
    const text = shown(value);
    this.#left += text;
    this.#steps.push({ same: value, shown: text });
    return value;
  }

  each<T>(all: readonly T[], of: (one: T, taker: Taker) => T): T[] {
    this.#left += `${all.length}:`;
    this.#steps.push({ same: each, shown: `${all.length}:` });
    const list: T[] = [];
    for (const one of all) list.push(of(one, this));
    return list;
  }

  /** Of each stand-in, by its index, what it stands for. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Of one of which the same would be left, to take the same away. */
  get again(): KnownHoles {
    return new KnownHoles(this.#steps);
  }

  /** Begins anew: one is used for many containers. */
  clear(): void {
    this.#values = [];
    this.#steps = [];
    this.#indices.clear();
    this.#left = "";
  }

  /** All that was left, and where values were taken away: equal for two only if they differ in nothing but values. */
  get left(): string {
    return this.#left;
  }

  #replaced(kind: keyof typeof kinds, value: string): string {
    if (!kinds[kind].fits.test(value)) return this.same(value);
    const known = made[this.#tag][kind];
    const index = this.#indexOf(value);
    known[index] ??= kinds[kind].standIn(this.#tag, index);
    return known[index];
  }

  #indexOf(value: string): number {
    let index = this.#indices.get(value);
    if (index === undefined) {
      index = this.#values.push(value) - 1;
      this.#indices.set(value, index);
    }
    this.#left += `${index},`;
    this.#steps.push({ index });
    return index;
  }
}

/** Takes away what {@link Holes} took away from another one, as long as just the same is left: no text is made of that. */
export class KnownHoles implements Taker {
  readonly #steps: readonly Step[];
  #at = 0;
  #fits = true;
  #values: string[] = [];

  constructor(steps: readonly Step[]) {
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

  word(value: string): string {
    return this.#taken("word", value);
  }

  path(value: string): string {
    return this.#taken("path", value);
  }

  address(value: string): string {
    return this.#taken("address", value);
  }

  number(value: number): number {
    if (Number.isSafeInteger(value)) this.#take(`${value}`);
    else this.same(value);
    return value;
  }

  same<T>(value: T): T {
    if (!this.#fits) return value;
    const step = this.#steps[this.#at++];
    if (step === undefined || !("shown" in step)) this.#fits = false;
    // What was frozen, or is no object, is the same for good.
    else if (step.same !== value && step.shown !== shown(value)) this.#fits = false;
    return value;
  }

  each<T>(all: readonly T[], of: (one: T, taker: Taker) => T): T[] {
    const step = this.#steps[this.#at++];
    if (step === undefined || !("shown" in step) || step.shown !== `${all.length}:`) this.#fits = false;
    const list: T[] = [];
    for (const one of all) list.push(of(one, this));
    return list;
  }

  #taken(kind: keyof typeof kinds, value: string): string {
    return kinds[kind].fits.test(value) ? this.#take(value) : this.same(value);
  }

  #take(value: string): string {
    if (!this.#fits) return value;
    const step = this.#steps[this.#at++];
    const known = this.#values;
    if (step === undefined || "shown" in step) this.#fits = false;
    else if (step.index < known.length) this.#fits = known[step.index] === value;
    // Another value than all before: there are few.
    else if (known.includes(value)) this.#fits = false;
    else known.push(value);
    return value;
  }
}

/** None begins as another one does. */
function shown(value: unknown): string {
  if (value === null) return "n";
  if (value === true) return "t";
  if (value === false) return "f";
  if (typeof value === "string") return `${value.length}"${value}`;
  if (typeof value === "number") return `${value};`;
  return Array.isArray(value) && value.length === 0 ? "[]" : `${JSON.stringify(value)};`;
}
