/** Units whose text is known before their value is needed. */
import type { Unit } from "./unit.ts";

type Sections = Unit["sections"];

interface Written {
  readonly text: () => string;
  readonly json: () => string;
  readonly sections: (json: string) => Sections;
  made: Sections | undefined;
}

const written = new WeakMap<Unit, Written>();

/** One for all: with getters of their own V8 would give each unit a hidden class of its own. */
const madeSections: PropertyDescriptor & ThisType<Unit> = {
  enumerable: true,
  get() {
    const own = written.get(this);
    if (own === undefined) throw new TypeError("not a unit");
    own.made ??= own.sections(own.json());
    return own.made;
  },
};

/**
 * @param text as `render` gives it for these sections, which is for the caller to see to; made each time it is asked for
 * @param json of its sections, with their keys in order
 * @param sections frozen, of this JSON; called once, when somebody looks
 */
export function writtenUnit(
  name: string,
  text: () => string,
  json: () => string,
  sections: (json: string) => Sections,
): Unit {
  const unit = Object.freeze(Object.defineProperty({ name }, "sections", madeSections)) as Unit;
  written.set(unit, { text, json, sections, made: undefined });
  return unit;
}

export const writtenText = (unit: Unit): string | undefined => written.get(unit)?.text();

/** Of its sections. */
export const writtenJson = (unit: Unit): string | undefined => written.get(unit)?.json();
