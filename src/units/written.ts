/** Units whose text is known before their value is needed. */
import type { Unit } from "./unit.ts";

const texts = new WeakMap<Unit, { readonly text: () => string; readonly json: () => string }>();

/**
 * @param text as `render` gives it for these sections, which is for the caller to see to; made each time it is asked for
 * @param json of its sections, with their keys in order
 * @param sections frozen, of this JSON; called once, when somebody looks
 */
export function writtenUnit(
  name: string,
  text: () => string,
  json: () => string,
  sections: (json: string) => Unit["sections"],
): Unit {
  let made: Unit["sections"] | undefined;
  const unit: Unit = {
    name,
    get sections() {
      made ??= sections(json());
      return made;
    },
  };
  texts.set(Object.freeze(unit), { text, json });
  return unit;
}

export const writtenText = (unit: Unit): string | undefined => texts.get(unit)?.text();

/** Of its sections. */
export const writtenJson = (unit: Unit): string | undefined => texts.get(unit)?.json();
