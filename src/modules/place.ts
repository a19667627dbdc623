/**
 * Where things are written in the files of the user. The loader rewrites each object literal so that the places of its
 * keys are recorded here as it is made; the evaluator asks. Kept beside the values, so that they stay plain data.
 */
import type { Place } from "../error.ts";

/** A literal as the loader saw it: key, line and column, again and again; `null` for a spread, in the order written. */
export type KeyTable = readonly (string | number | null)[];

interface Recorded {
  readonly file: string;
  readonly table: KeyTable;
  /** The values that were spread into it. */
  readonly spread: readonly unknown[];
  places?: ReadonlyMap<string, Place>;
}

interface Registry {
  readonly objects: WeakMap<object, Recorded>;
  /** Files whose default export an object or function is. */
  readonly modules: WeakMap<object, string>;
  /** How the files of the configuration are called in messages, by absolute path. */
  readonly shown: Map<string, string>;
}

// One registry in a process, even if this file is in two bundles: the symbol is shared by all of them.
const registryKey = Symbol.for("stowage.places");
const shared = globalThis as { [registryKey]?: Registry };
shared[registryKey] ??= { objects: new WeakMap(), modules: new WeakMap(), shown: new Map() };
const registry: Registry = shared[registryKey];

/** Records an object literal. @param spread the values of its spreads, in order */
export function recordObject(object: object, file: string, table: KeyTable, spread: readonly unknown[]): void {
  registry.objects.set(object, { file, table, spread });
}

/** Where a key of an object was written, if its file was loaded with places. */
export function placeOfKey(object: object, key: string): Place | undefined {
  const recorded = registry.objects.get(object);
  return recorded && placesIn(recorded).get(key);
}

/** The place of the key that was written first. */
export function firstPlace(object: object): Place | undefined {
  const recorded = registry.objects.get(object);
  return recorded && [...placesIn(recorded).values()][0];
}

function placesIn(recorded: Recorded): ReadonlyMap<string, Place> {
  recorded.places ??= readTable(recorded);
  return recorded.places;
}

/** What is written later wins, as in the literal itself. */
function readTable({ file, table, spread }: Recorded): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let spreads = 0;
  for (let index = 0; index + 2 < table.length; index += 3) {
    const key = table[index];
    const place = {
      file: shownFile(file) ?? file,
      line: table[index + 1] as number,
      column: table[index + 2] as number,
    };
    if (typeof key === "string") {
      places.set(key, place);
      continue;
    }
    const value = spread[spreads++];
    if (typeof value !== "object" || value === null) continue;
    for (const name of Object.keys(value)) places.set(name, placeOfKey(value, name) ?? place);
  }
  return places;
}

/** Gives the recorded places of one object to another that has the same keys. */
export function copyPlaces(from: object, to: object): void {
  const recorded = registry.objects.get(from);
  if (recorded) registry.objects.set(to, recorded);
}

const isReference = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** Records which file a module is the default export of. */
export function recordModule(module: unknown, file: string): void {
  if (isReference(module)) registry.modules.set(module, file);
}

/** The file of a module, as it is shown. */
export function fileOfModule(module: unknown): string | undefined {
  const file = isReference(module) ? registry.modules.get(module) : undefined;
  return file && (shownFile(file) ?? file);
}

/** Records how a file is called in messages: as the user typed it. */
export function recordShownFile(absolute: string, name: string): void {
  registry.shown.set(absolute, name);
}

/** @param file an absolute path or a file URL, as in the stack of an error */
export function shownFile(file: string): string | undefined {
  return registry.shown.get(file.startsWith("file://") ? decodeURIComponent(file.slice("file://".length)) : file);
}
