/**
 * Containers that were made by hand, among those that a configuration declares: the same generation, to the byte, as one
 * configuration with all of them is compiled to, but that they are called made by hand and have their definitions.
 */
import { StowageError } from "../../error.ts";
import { type Layout, madeFile } from "../../store/layout.ts";
import type { Generation } from "../generation.ts";
import type { PlacesOf } from "../problems.ts";
import { combine, type Guest } from "./combine.ts";
import type { Conflict } from "./conflicts.ts";
import { withNotes } from "./mixture.ts";
import { type Owned, ownedBy } from "./owned.ts";

/** Names of the containers of a generation that were made by hand, in order. */
export const madeNames = ({ containers }: Pick<Generation, "containers">): string[] =>
  Object.keys(containers).filter((name) => containers[name]?.made === true);

/**
 * @param base what a configuration means, or a generation that is kept: its containers of these names make way
 * @param from has the containers
 * @param places where the options of the configuration were defined, for what is in each other's way
 * @returns `base` itself where there are none
 * @throws StowageError with everything that cannot be at once; `other-version` where one of the generations is not understood
 */
export function graft(
  layout: Layout,
  base: Generation,
  from: Generation,
  names: readonly string[],
  places?: PlacesOf,
): Generation {
  const guests = names.map((name): Guest => ({ own: known(ownedBy(layout, from, name), name), from }));
  return grafted(layout, base, guests, places);
}

/** A container that was just made: what it is compiled to by itself, and the text that says so. */
export interface Made {
  readonly name: string;
  /** What its definition alone is compiled to. */
  readonly generation: Generation;
  /** The text of its definition. */
  readonly definition: string;
}

/** {@link graft} of a container that is made by hand from now on. */
export function graftMade(layout: Layout, base: Generation, { name, generation, definition }: Made): Generation {
  const own = known(ownedBy(layout, generation, name), name);
  const file = { text: definition, mode: "0600", editable: true } as const;
  const made: Owned = {
    ...own,
    part: { ...own.part, made: true },
    files: [...own.files.filter(([, one]) => !one.editable), [madeFile(layout, name), file]],
  };
  return grafted(layout, base, [{ own: made, from: generation }]);
}

/** Without some containers, and without what was there for them alone. */
export function withoutContainers(layout: Layout, now: Generation, names: readonly string[]): Generation {
  const there = names.filter((name) => Object.hasOwn(now.containers, name));
  if (there.length === 0) return now;
  const { generation } = combine(layout, { now, guests: [], without: there });
  return withNotes(generation, asInOf(now, new Set(there)));
}

export const withoutContainer = (layout: Layout, now: Generation, name: string): Generation =>
  withoutContainers(layout, now, [name]);

function grafted(layout: Layout, base: Generation, guests: readonly Guest[], places?: PlacesOf): Generation {
  if (guests.length === 0) return base;
  const { generation, conflicts } = combine(layout, { now: base, guests, ...(places && { places }) });
  if (conflicts.length > 0) throw new StowageError(conflicts.map((one) => problemOf(layout, one, guests)));
  const names = new Set(guests.map(({ own }) => own.part.name));
  const asIn = { ...asInOf(base, names).asIn };
  for (const { own, from } of guests) {
    const origin = from.asIn?.[own.part.name];
    if (origin !== undefined) asIn[own.part.name] = origin;
  }
  return withNotes(generation, Object.keys(asIn).length > 0 ? { asIn } : {});
}

/** Of containers that stay as they are. */
function asInOf({ asIn }: Generation, gone: ReadonlySet<string>): { asIn?: Record<string, number> } {
  const left = Object.entries(asIn ?? {}).filter(([name]) => !gone.has(name));
  return left.length === 0 ? {} : { asIn: Object.fromEntries(left) };
}

function problemOf(layout: Layout, { name, ...problem }: Conflict, guests: readonly Guest[]) {
  const all = guests.map(({ own }) => own.part.name);
  const about = all.filter((one) => one === name || mentions(problem.message, one));
  const whose = (about.length > 0 ? about : all).map(
    (one) => `container ${one} was made by hand: ${madeFile(layout, one)}`,
  );
  return {
    ...problem,
    message: name === undefined ? problem.message : `container ${name}: ${problem.message}`,
    details: [...(problem.details ?? []), ...whose],
  };
}

/** As a word of its own, or a part of an option's name. */
const mentions = (text: string, name: string): boolean =>
  text.split(/[^A-Za-z0-9_-]+/).includes(name) || text.includes(JSON.stringify(name));

function known<T>(value: T | null, name: string): T {
  if (value === null) throw new Error(`no container ${name} in that generation`);
  return value;
}
