/** From a list of modules to their options and sources: imports followed, each module once, disabled ones left out. */
import type { Problem } from "../error.ts";
import {
  allOptions,
  type DeclarationProblem,
  type DeclaredOption,
  declare,
  emptyGroup,
  isGroup,
  type OptionGroup,
} from "./declared.ts";
import { gated } from "./gate.ts";
import { mkOption } from "./option.ts";
import type { OptionType } from "./option-type.ts";
import { placeOfKey } from "./place.ts";
import { isPlainObject } from "./same.ts";
import { showPath } from "./show.ts";
import {
  type KnownArguments,
  ModuleMistake,
  type ModuleParts,
  type Outcome,
  partsOf,
  runOnUnknown,
  type Source,
  withoutNamespace,
} from "./source.ts";
import { lazyAttrsOf, raw } from "./types/compound.ts";
import { bool } from "./types/scalar.ts";

/** A set of modules, ready to be evaluated any number of times. */
export interface Collected {
  readonly tree: OptionGroup;
  /** For names that no option declares. */
  readonly freeform: DeclaredOption | undefined;
  /** The modules that define something; others only declare. */
  readonly defining: readonly Source[];
  readonly problems: readonly Problem[];
  /** Options whose definitions are told to people: deprecated and removed ones. */
  readonly former: readonly DeclaredOption[];
  /** Some module declares options only when it is run: each instance of a submodule must be collected by itself. */
  readonly perInstance: boolean;
}

interface Found {
  readonly key: unknown;
  readonly source: Source;
  readonly parts: ModuleParts;
  readonly computed: boolean;
}

/** @param modules in order; what a module imports comes before it. */
export function collect(modules: readonly unknown[], given: KnownArguments): Collected {
  const problems: Problem[] = [];
  let walk = new ImportWalk(given, problems, new Set());
  for (const module of modules) walk.visit(module);
  const disabled = new Set(walk.found.flatMap((found) => found.parts.disabledModules.map(withoutNamespace)));
  if (disabled.size > 0) {
    problems.length = 0;
    walk = new ImportWalk(given, problems, disabled);
    for (const module of modules) walk.visit(module);
  }
  return assemble(walk.found, problems);
}

class ImportWalk {
  readonly found: Found[] = [];
  readonly #seen = new Set<unknown>();

  constructor(
    readonly given: KnownArguments,
    readonly problems: Problem[],
    readonly disabled: ReadonlySet<unknown>,
  ) {}

  visit(wrapped: unknown): void {
    const module = withoutNamespace(wrapped);
    if (this.#seen.has(module) || this.disabled.has(module)) return;
    this.#seen.add(module);
    const taken = takeApart(module, this.given);
    if (taken instanceof ModuleMistake) {
      this.problems.push(mistakeProblem(taken));
      return;
    }
    const key = taken.parts.key;
    if (key !== undefined) {
      if (this.#seen.has(key) || this.disabled.has(key)) return;
      this.#seen.add(key);
    }
    for (const imported of taken.parts.imports) this.visit(imported);
    this.found.push({ ...taken, key: key ?? module });
  }
}

function mistakeProblem(mistake: ModuleMistake): Problem {
  const place = mistake.at && placeOfKey(mistake.at.object, mistake.at.key);
  return {
    code: "bad-module",
    message: mistake.message,
    ...(place && { places: [place] }),
    ...(mistake.hint && { hint: mistake.hint }),
  };
}

function takeApart(module: unknown, given: KnownArguments): Omit<Found, "key"> | ModuleMistake {
  if (typeof module === "function") return takeFunctionApart(module as (args: object) => unknown, given);
  const parts = partsOf(module);
  if (parts instanceof ModuleMistake) return parts;
  return { source: sourceOf(module, parts, given), parts, computed: false };
}

/** An object module: its definitions are fixed, or `config` is a function. */
function sourceOf(module: unknown, parts: ModuleParts, given: KnownArguments): Source {
  const { config, when } = parts;
  if (typeof config !== "function" && when === undefined) {
    return { module, definitions: { fixed: config }, tentative: undefined, declaresByRunning: false };
  }
  const compute = computeOf(parts);
  return {
    module,
    definitions: { compute: (args) => ({ config: compute(args) }) },
    tentative: () => runOnUnknown(compute, given).result,
    declaresByRunning: false,
    ...(when !== undefined && { when }),
  };
}

/** The definitions of a module, from its arguments. */
function computeOf({ config, when }: ModuleParts): (args: object) => unknown {
  const compute = typeof config === "function" ? (config as (args: object) => unknown) : () => config;
  return when === undefined ? compute : gated(when, compute);
}

function takeFunctionApart(
  module: (args: object) => unknown,
  given: KnownArguments,
): Omit<Found, "key"> | ModuleMistake {
  let run: { result: unknown; touched: boolean };
  try {
    run = runOnUnknown(module, given);
  } catch (error) {
    // Its definitions may still be fine once its arguments are known; its options cannot be.
    const failed = () => {
      throw error;
    };
    const parts: ModuleParts = { imports: [], disabledModules: [], config: undefined };
    return { source: functionSource(module, parts, failed), parts, computed: true };
  }
  const parts = partsOf(run.result);
  if (parts instanceof ModuleMistake) return parts;
  if (!run.touched) return { source: sourceOf(module, parts, given), parts, computed: false };
  const tentative = () =>
    typeof parts.config === "function"
      ? runOnUnknown(parts.config as (args: object) => unknown, given).result
      : parts.config;
  return { source: functionSource(module, parts, tentative), parts, computed: true };
}

function functionSource(module: (args: object) => unknown, probed: ModuleParts, tentative: () => unknown): Source {
  const compute = (args: object): Outcome => {
    const parts = partsOf(module(args));
    if (parts instanceof ModuleMistake) throw new TypeError(parts.message);
    if (parts.imports.length !== probed.imports.length) {
      throw new TypeError("the imports of a module must not depend on config");
    }
    const config = computeOf(parts)(args);
    return parts.options === undefined ? { config } : { config, options: parts.options };
  };
  return { module, definitions: { compute }, tentative, declaresByRunning: probed.options !== undefined };
}

const argumentsOption = mkOption({
  type: lazyAttrsOf(raw),
  internal: true,
  description: "Further arguments for module functions.",
});

const checkOption = mkOption({
  type: bool,
  default: true,
  internal: true,
  description: "Whether names that no option declares are errors.",
});

function assemble(found: readonly Found[], problems: Problem[]): Collected {
  const tree = emptyGroup();
  const declarationProblems: DeclarationProblem[] = [];
  declare(tree, { _module: { args: argumentsOption, check: checkOption } }, false, declarationProblems);
  let freeform: OptionType | undefined;
  for (const { parts, computed, source } of found) {
    const place = typeof source.module === "object" ? placeOfKey(source.module as object, "options") : undefined;
    if (parts.options !== undefined) declare(tree, parts.options, computed, declarationProblems, place);
    if (parts.freeformType !== undefined) {
      const type = parts.freeformType as OptionType;
      freeform = freeform?.join?.(type) ?? type;
    }
  }
  sortMembers(tree);
  const isComputed = (f: Found) =>
    f.computed && (f.parts.options !== undefined || f.parts.imports.length > 0 || f.parts.freeformType !== undefined);
  return {
    tree,
    freeform: freeform && {
      path: [],
      option: mkOption({ type: freeform, internal: true }),
      places: [],
      computedDefault: false,
    },
    defining: found.map((entry) => entry.source).filter(definesSomething),
    problems: [...problems, ...declarationProblems.map(declarationProblem)],
    former: [...allOptions(tree)].filter(({ option }) => option.deprecated ?? option.removed),
    perInstance: found.some(isComputed),
  };
}

function definesSomething({ definitions }: Source): boolean {
  if ("compute" in definitions) return true;
  const { fixed } = definitions;
  return fixed !== undefined && !(isPlainObject(fixed) && Object.keys(fixed).length === 0);
}

/** By name, so that what is evaluated does not hang on the order in which modules declare. */
function sortMembers(group: OptionGroup): void {
  const sorted = [...group.members].sort(([a], [b]) => (a < b ? -1 : 1));
  group.members.clear();
  for (const [name, member] of sorted) {
    group.members.set(name, member);
    if (isGroup(member)) sortMembers(member);
  }
}

function declarationProblem(problem: DeclarationProblem): Problem {
  const { path, message, places, hint } = problem;
  return {
    code: "bad-declaration",
    message: `${showPath(path)} ${message}`,
    option: path,
    ...(places.length > 0 && { places }),
    ...(hint !== undefined && { hint }),
  };
}
