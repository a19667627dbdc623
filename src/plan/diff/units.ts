/** How units differ, key by key, with their values. */
import { linesOf, parse, sameValue, type Unit, type UnitValue } from "../../units/index.ts";
import { both, changeOf, type KeyDifference, type UnitDifference } from "./difference.ts";

export const unitDifferences = (
  before: Readonly<Record<string, Unit>>,
  after: Readonly<Record<string, Unit>>,
): UnitDifference[] =>
  both(before, after).flatMap(([unit, from, to]) => {
    const change = changeOf(from, to);
    const keys = from === undefined || to === undefined ? [] : keyDifferences(from, to);
    return change === "changed" && keys.length === 0 ? [] : [{ unit, change, keys }];
  });

/** Of texts of unit files. */
export const textDifferences = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): UnitDifference[] => unitDifferences(parsed(before), parsed(after));

const parsed = (texts: Readonly<Record<string, string>>): Record<string, Unit> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parse(name, text)]));

/** That names in the store differ follows from what is in them, which is compared by itself. */
function keyDifferences(a: Unit, b: Unit): KeyDifference[] {
  return both(a.sections, b.sections).flatMap(([section, from = {}, to = {}]) =>
    both(from, to).flatMap(([key, old, now]) =>
      sameValue(section, key, old, now) || sameValue(section, key, unnamed(old), unnamed(now))
        ? []
        : [{ key: `${section}.${key}`, from: lines(old), to: lines(now) }],
    ),
  );
}

/** With one name for all in the store. */
const unnamed = (value: UnitValue | undefined): UnitValue | undefined =>
  value === undefined ? undefined : linesOf(value).map((line) => line.replace(storeNames, "…"));

/** As `storeName` makes them (docs/design/on-disk-format.md), behind a `/`. */
const storeNames = /(?<=\/)[0-9a-df-np-sv-z]{32}-[A-Za-z0-9.+_-]+/g;

const lines = (value: UnitValue | undefined): readonly string[] | null => (value === undefined ? null : linesOf(value));
