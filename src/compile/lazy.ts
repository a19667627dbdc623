/** A generation whose content is made when somebody first looks at it. */
import { createHash } from "node:crypto";
import { deepFreeze } from "./freeze.ts";
import type { Content, Generation } from "./generation.ts";
import type { Entry, Heading, Piece } from "./piece.ts";

/** What a generation is put together from. What two pieces have by one name is the same thing. */
export interface Made extends Pick<Content, "hosts" | "systems"> {
  readonly pieces: readonly Piece[];
}

/**
 * `check` looks at nothing in it, and the texts for 1000 containers take longer than all else.
 * @param make pure; throws for no configuration: what people do wrong was found before
 */
export function lazyGeneration(make: () => Made): Generation {
  const made = once(() => {
    const { pieces, hosts, systems } = make();
    return { pieces, hosts: deepFreeze(hosts), systems: deepFreeze(systems) };
  });
  const recordOf = <T>(entriesOf: (piece: Piece) => readonly Entry<T>[]) =>
    once(() => Object.freeze(sorted(made().pieces, entriesOf)));
  const id = once(() => idOf(made()));
  const units = recordOf((piece) => piece.units().map((unit) => [unit.name, unit]));
  const unitLinks = recordOf((piece) => piece.unitLinks());
  const files = recordOf((piece) => piece.files());
  const containers = recordOf((piece) => {
    const part = piece.part();
    return part === null ? [] : [[part.name, part]];
  });
  const ports = once(() => Object.freeze(made().pieces.flatMap((piece) => piece.part()?.ports ?? [])));
  const generation: Generation = Object.freeze({
    format: 1,
    get id() {
      return id();
    },
    get units() {
      return units();
    },
    get unitLinks() {
      return unitLinks();
    },
    get files() {
      return files();
    },
    get hosts() {
      return made().hosts;
    },
    get ports() {
      return ports();
    },
    get containers() {
      return containers();
    },
    get systems() {
      return made().systems;
    },
  });
  madeOf.set(generation, made);
  return generation;
}

const madeOf = new WeakMap<Generation, () => Made>();

/**
 * Every text of a generation that was compiled here, below its path: what all containers share, then one after the other,
 * by name. Takes a third of what all the records take.
 */
export function* printedOf(generation: Generation, heading: Heading): Generator<string> {
  const made = madeOf.get(generation);
  if (made === undefined) throw new Error("a generation that was not compiled here");
  for (const piece of made().pieces) yield piece.printed(heading);
}

/** Not canonicalJson: everything here is made in one order, and sorting all keys again costs as much as all else. */
function idOf({ pieces, ...others }: Made): string {
  const digest = createHash("sha256").update(JSON.stringify(others));
  for (const piece of pieces) {
    for (const text of piece.identity()) digest.update(text);
  }
  return digest.digest("hex").slice(0, 32);
}

/** One record of what each piece has, by name. */
function sorted<T>(pieces: readonly Piece[], entriesOf: (piece: Piece) => readonly Entry<T>[]): Record<string, T> {
  const lists = pieces.map(entriesOf);
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const all: Entry<T>[] = [];
  // The first of each, then the second of each: pieces are in order, and what is nearly so is sorted soon.
  for (let at = 0; at < longest; at++) {
    for (const list of lists) if (at < list.length) all.push(list[at]!);
  }
  all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const record: Record<string, T> = {};
  for (const [name, value] of all) record[name] = value;
  return record;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
