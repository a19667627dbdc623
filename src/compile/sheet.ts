/** Texts with holes in them, filled in many times. */

/** Constants and, between each two of them, the index of a value. */
export interface Template {
  readonly constants: readonly string[];
  readonly holes: readonly number[];
}

/** @param find global: stand-ins of values. @param holeOf the value that one is found for */
export function templateOf(text: string, find: RegExp, holeOf: (match: RegExpExecArray) => number): Template {
  const constants: string[] = [];
  const holes: number[] = [];
  let end = 0;
  for (const match of text.matchAll(find)) {
    constants.push(text.slice(end, match.index));
    holes.push(holeOf(match));
    end = match.index + match[0].length;
  }
  return { constants: [...constants, text.slice(end)], holes };
}

/** One behind the other. */
export function joined(parts: readonly (Template | string)[]): Template {
  const constants = [""];
  const holes: number[] = [];
  for (const part of parts) {
    const [first = "", ...further] = typeof part === "string" ? [part] : part.constants;
    constants.push(constants.pop() + first, ...further);
    if (typeof part !== "string") holes.push(...part.holes);
  }
  return { constants, holes };
}

/** Several texts as one, with the length of each. */
export interface Filled {
  readonly whole: string;
  readonly lengths: readonly number[];
}

export class Sheet {
  readonly #templates: readonly Template[];
  /** Constants and, at odd places, values: written over each time. */
  readonly #slots: string[] = [];
  /** How long all constants of each text are. */
  readonly #constant: readonly number[];

  constructor(templates: readonly Template[]) {
    this.#templates = templates;
    let constant = "";
    for (const { constants, holes } of templates) {
      constant += constants[0];
      for (const [at] of holes.entries()) {
        this.#slots.push(constant, "");
        constant = constants[at + 1] ?? "";
      }
    }
    this.#slots.push(constant);
    this.#constant = templates.map(({ constants }) => constants.join("").length);
  }

  /** How many texts. */
  get size(): number {
    return this.#templates.length;
  }

  /** One of the texts. */
  text(index: number, values: readonly string[]): string {
    const { constants, holes } = this.#templates[index]!;
    let text = constants[0]!;
    for (let at = 0; at < holes.length; at++) text += values[holes[at]!]! + constants[at + 1]!;
    return text;
  }

  /** Each of the texts. */
  texts(values: readonly string[]): string[] {
    return this.#templates.map((_, index) => this.text(index, values));
  }

  fill(values: readonly string[]): Filled {
    const lengths: number[] = [];
    const slots = this.#slots;
    let at = 1;
    for (let index = 0; index < this.#templates.length; index++) {
      let length = this.#constant[index]!;
      for (const hole of this.#templates[index]!.holes) {
        const value = values[hole]!;
        slots[at] = value;
        at += 2;
        length += value.length;
      }
      lengths.push(length);
    }
    return { whole: slots.join(""), lengths };
  }
}
