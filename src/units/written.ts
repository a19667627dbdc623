/** Units whose text is known before their value is needed. */
import type { Unit } from "./unit.ts";

const texts = new WeakMap<Unit, () => string>();

/**
 * @param text as `render` gives it for these sections, which is for the caller to see to; made each time it is asked for
 * @param sections frozen; called once, when somebody looks
 */
export function writtenUnit(name: string, text: () => string, sections: () => Unit["sections"]): Unit {
  let made: Unit["sections"] | undefined;
  const unit: Unit = {
    name,
    get sections() {
      made ??= sections();
      return made;
    },
  };
  texts.set(Object.freeze(unit), text);
  return unit;
}

export const writtenText = (unit: Unit): string | undefined => texts.get(unit)?.();
