/** A module taken apart: what it declares, imports and defines. Functions are run on unknown arguments to see that. */
import { isWrapper } from "./definition.ts";
import { lib } from "./lib.ts";
import { copyPlaces } from "./place.ts";
import { probe, unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { showValue } from "./show.ts";

/** What a module's `config` is once it has been run. */
export interface Outcome {
  readonly config: unknown;
  /** Options as this run declares them: their defaults may be computed. */
  readonly options?: unknown;
}

/** The path of the option without which a module's `config` does not count. */
export type Gate = readonly string[];

/** One module of a set, in the order in which its definitions count. */
export interface Source {
  /** As it was imported: also what `disabledModules` may name. */
  readonly module: unknown;
  /** The same for every instance of a submodule, or computed from its arguments. */
  readonly definitions: { readonly fixed: unknown } | { readonly compute: (args: object) => Outcome };
  /** Of a computed module: its definitions on unknown arguments, to see which options it may define. */
  readonly tentative: (() => unknown) | undefined;
  /** It declares options only when it is run. */
  readonly declaresByRunning: boolean;
  /** Of a computed module: all that it defines hangs on this option (gate.ts). */
  readonly when?: Gate;
}

export interface ModuleParts {
  readonly key?: unknown;
  readonly imports: readonly unknown[];
  readonly disabledModules: readonly unknown[];
  readonly options?: unknown;
  readonly when?: Gate;
  readonly config: unknown;
  readonly freeformType?: unknown;
}

const header = new Set(["key", "imports", "disabledModules", "meta"]);
const structured = new Set([...header, "options", "config", "freeformType", "description"]);

/** Whether a definition of a submodule is a module with more than definitions: with `imports`, `options`, `config`. */
export function isWholeModule(value: unknown, known: Readonly<Record<string, unknown>>): boolean {
  if (typeof value !== "function") return hasStructure(value);
  try {
    return hasStructure(runOnUnknown(value as (args: object) => unknown, { known, config: unknownValue }).result);
  } catch {
    // Whatever it is: it fails again, where it is told.
    return false;
  }
}

const hasStructure = (value: unknown): boolean =>
  isPlainObject(value) && !isWrapper(value) && Object.keys(value).some((key) => structured.has(key));

export class ModuleMistake {
  constructor(
    readonly message: string,
    readonly hint?: string,
    /** The object and key where it shows. */
    readonly at?: { readonly object: object; readonly key: string },
  ) {}
}

/** The parts of a module object. Without `options` and `config`, everything but the header is definitions. */
export function partsOf(module: unknown): ModuleParts | ModuleMistake {
  if (isWrapper(module)) return { imports: [], disabledModules: [], config: module };
  if (!isPlainObject(module)) return notAModule(module);
  const isStructured = Object.hasOwn(module, "config") || Object.hasOwn(module, "options");
  if (isStructured) {
    const odd = Object.keys(module).find((key) => !structured.has(key) && key !== "when");
    if (odd !== undefined) {
      const hint = "a module with `options` or `config` has its definitions below `config`";
      return new ModuleMistake(`a module cannot have the attribute ${odd}`, hint, { object: module, key: odd });
    }
  }
  const { key, imports, disabledModules, options, freeformType } = module;
  // Elsewhere it is an option's name like any other.
  const when = isStructured ? gateOf(module.when) : undefined;
  if (when instanceof ModuleMistake) return when;
  return {
    ...(key !== undefined && { key }),
    imports: listIn(imports),
    disabledModules: listIn(disabledModules),
    ...(options !== undefined && { options }),
    ...(when !== undefined && { when }),
    config: isStructured
      ? module.config
      : Object.keys(module).some((k) => header.has(k) || k === "freeformType")
        ? bare(module)
        : module,
    ...(freeformType !== undefined && { freeformType }),
  };
}

function gateOf(when: unknown): Gate | undefined | ModuleMistake {
  if (when === undefined) return undefined;
  const path = typeof when === "string" ? when.split(".") : [""];
  if (!path.includes("")) return path;
  return new ModuleMistake("`when` of a module must be the name of an option", "such as services.shop.enable");
}

// The unknown iterates as empty, so imports that hang on config are seen as none, and told later.
const listIn = (value: unknown): readonly unknown[] => (value === undefined ? [] : [...(value as readonly unknown[])]);

const without = new WeakMap<object, object>();

/** The definitions of a short module that has a header too; places of keys are those of the module. */
function bare(module: Record<string, unknown>): object {
  const known = without.get(module);
  if (known) return known;
  const rest = Object.fromEntries(Object.entries(module).filter(([key]) => !header.has(key) && key !== "freeformType"));
  copyPlaces(module, rest);
  without.set(module, rest);
  return rest;
}

function notAModule(value: unknown): ModuleMistake {
  if (typeof value === "string") {
    const hint = 'import it and give what it exports: import web from "./web.ts"';
    return new ModuleMistake(`a module is given as a path, ${JSON.stringify(value)}`, hint);
  }
  const what = value === null || value === undefined ? `${value}` : Array.isArray(value) ? "a list" : showValue(value);
  return new ModuleMistake(`a module must be an object or a function, this is ${what}`);
}

/** `import * as module` works as `import module`. */
export function withoutNamespace(module: unknown): unknown {
  const isNamespace =
    typeof module === "object" &&
    module !== null &&
    (module as Record<symbol, unknown>)[Symbol.toStringTag] === "Module";
  return isNamespace && "default" in module ? module.default : module;
}

/** What a module function is given while its structure is looked at. */
export interface KnownArguments {
  readonly known: Readonly<Record<string, unknown>>;
  /** Stands for `config` now and later: what is closed over in an option's type or `apply` sees the real values. */
  readonly config: unknown;
}

/** Runs a function on unknown arguments; tells whether it asked for any. */
export function runOnUnknown(
  fn: (args: object) => unknown,
  given: KnownArguments,
): { result: unknown; touched: boolean } {
  let touched = false;
  const args = new Proxy(given.known, {
    get(known, name: string) {
      if (Object.hasOwn(known, name)) return known[name];
      if (name === "lib") return lib;
      touched = true;
      return name === "config" ? given.config : unknownValue;
    },
  });
  return { result: probe(() => fn(args)), touched };
}
