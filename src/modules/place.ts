/**
 * Where things are written in the files of the user. The loader rewrites each object literal so that its keys' places
 * are recorded here as it is made; the evaluator asks. Kept outside the values, so that the values stay plain data.
 */
import type { Place } from "../error.ts";

/** Name of the function in loaded code: a property of the global object, so that no file needs an import. */
export const recorderName = "__stowagePlaces";

// One registry in a process, even if this file is in two bundles: the symbol is shared by all of them.
const registryKey = Symbol.for("stowage.places");
type Places = Readonly<Record<string, Place>>;
type Registry = WeakMap<object, Places>;
const shared = globalThis as { [registryKey]?: Registry };
shared[registryKey] ??= new WeakMap();
const registry: Registry = shared[registryKey];

/** Records where the keys of an object were written. */
export function recordPlaces(object: object, places: Places): void {
  registry.set(object, places);
}

/** Where a key of an object was written, if its file was loaded with places. */
export function placeOfKey(object: object, key: string): Place | undefined {
  const places = registry.get(object);
  return places && Object.hasOwn(places, key) ? places[key] : undefined;
}

/** All recorded places of an object. */
export function placesOfObject(object: object): Places | undefined {
  return registry.get(object);
}

/** Gives the recorded places of one object to another that has the same keys. */
export function copyPlaces(from: object, to: object): void {
  const places = registry.get(from);
  if (places) registry.set(to, places);
}

const filesKey = Symbol.for("stowage.module-files");
const sharedFiles = globalThis as { [filesKey]?: WeakMap<object, string> };
sharedFiles[filesKey] ??= new WeakMap();
const files: WeakMap<object, string> = sharedFiles[filesKey];

/** Records which file a module is the export of. */
export function recordModuleFile(module: unknown, file: string): void {
  if ((typeof module === "object" && module !== null) || typeof module === "function") files.set(module, file);
}

export function fileOfModule(module: unknown): string | undefined {
  return (typeof module === "object" && module !== null) || typeof module === "function"
    ? files.get(module)
    : undefined;
}

const shownKey = Symbol.for("stowage.shown-files");
const sharedShown = globalThis as { [shownKey]?: Map<string, string> };
sharedShown[shownKey] ??= new Map();
const shown: Map<string, string> = sharedShown[shownKey];

/** Records how a file of the configuration is called in messages: as the user typed it. */
export function recordShownFile(absolute: string, name: string): void {
  shown.set(absolute, name);
}

/** @param file an absolute path or a file URL, as in the stack of an error */
export function shownFile(file: string): string | undefined {
  return shown.get(file.startsWith("file://") ? decodeURIComponent(file.slice("file://".length)) : file);
}
