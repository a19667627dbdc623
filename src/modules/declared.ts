/** The declared options of one set of modules, as a tree. */
import type { Place } from "../error.ts";
import { isOption, mkOption, type Option } from "./option.ts";
import type { OptionType } from "./option-type.ts";
import { placeOfKey } from "./place.ts";
import { isPlainObject, same } from "./same.ts";

/** An option with the place in the tree that it has. All declarations of it are joined in `option`. */
export interface DeclaredOption {
  /** Within its set of modules; `[]` for the names that no option declares (`freeformType`). */
  readonly path: readonly string[];
  option: Option;
  readonly places: Place[];
  /** Its default comes from a module that must run first, so it counts as that module's definition. */
  computedDefault: boolean;
  /** The value of the default, where it is the same for all instances of a submodule. */
  settledDefault?: { readonly value: unknown };
}

export interface OptionGroup {
  readonly path: readonly string[];
  readonly members: Map<string, OptionGroup | DeclaredOption>;
}

export const isGroup = (member: OptionGroup | DeclaredOption): member is OptionGroup => "members" in member;

export function emptyGroup(path: readonly string[] = []): OptionGroup {
  return { path, members: new Map() };
}

/** What was wrong with a declaration. */
export interface DeclarationProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly places: readonly Place[];
  readonly hint?: string;
}

/** Adds a tree of `mkOption`s to a group. `computed`: from a module that had to be run to know them. */
export function declare(
  group: OptionGroup,
  options: unknown,
  computed: boolean,
  problems: DeclarationProblem[],
  outerPlace?: Place,
): void {
  if (!isPlainObject(options)) {
    problems.push({ path: group.path, message: "options must be an object of options", places: some(outerPlace) });
    return;
  }
  for (const name of Object.keys(options)) {
    const path = [...group.path, name];
    const place = placeOfKey(options, name) ?? outerPlace;
    const declaration = options[name];
    if (isOption(declaration)) declareOption(group, name, declaration, { path, place, computed, problems });
    else if (isType(declaration)) {
      const hint = "write mkOption({ type: …, description: … }) around it";
      problems.push({ path, message: "is declared by a type alone", places: some(place), hint });
    } else if (isPlainObject(declaration)) {
      const extended = extendedBy(group.members.get(name), declaration);
      if (extended) {
        declareOption(group, name, extended, { path, place, computed, problems });
        continue;
      }
      const inner = groupIn(group, name, path, problems, place);
      if (inner) declare(inner, declaration, computed, problems, place);
    } else if (declaration !== undefined) {
      const hint = "declare it with mkOption({ type, … })";
      problems.push({ path, message: "is declared by something that is not an option", places: some(place), hint });
    }
  }
}

interface Declaration {
  readonly path: readonly string[];
  readonly place: Place | undefined;
  readonly computed: boolean;
  readonly problems: DeclarationProblem[];
}

function declareOption(group: OptionGroup, name: string, option: Option, at: Declaration): void {
  const { path, place, computed, problems } = at;
  const existing = group.members.get(name);
  if (existing === undefined) {
    const computedDefault = computed && "default" in option;
    group.members.set(name, { path, option, places: some(place), computedDefault });
  } else if (isGroup(existing)) {
    const extended = extendedBy({ option }, asOptions(existing));
    if (extended) {
      group.members.delete(name);
      declareOption(group, name, extended, at);
      declareOption(group, name, option, at);
      return;
    }
    problems.push({ path, message: "is declared as an option and as a group of options", places: some(place) });
  } else {
    const joined = joinOptions(existing.option, option);
    if (typeof joined === "string") {
      problems.push({ path, message: joined, places: [...existing.places, ...some(place)] });
      return;
    }
    existing.option = joined;
    existing.places.push(...some(place));
    existing.computedDefault ||= computed && "default" in option;
  }
}

/** Options that are declared below a submodule, as a declaration of it: they are options of the submodule's. */
function extendedBy(member: OptionGroup | { option: Option } | undefined, options: object): Option | undefined {
  const type = member && "option" in member ? member.option.type.extended?.(options) : undefined;
  return type && mkOption({ type });
}

const isType = (value: unknown): boolean =>
  isPlainObject(value) && typeof value.check === "function" && typeof value.merging === "object";

const asOptions = (group: OptionGroup): object =>
  Object.fromEntries(
    [...group.members].map(([name, member]) => [name, isGroup(member) ? asOptions(member) : member.option]),
  );

function groupIn(
  group: OptionGroup,
  name: string,
  path: readonly string[],
  problems: DeclarationProblem[],
  place: Place | undefined,
): OptionGroup | undefined {
  const existing = group.members.get(name);
  if (existing === undefined) {
    const made = emptyGroup(path);
    group.members.set(name, made);
    return made;
  }
  if (isGroup(existing)) return existing;
  const message = "is declared as an option and as a group of options";
  problems.push({ path, message, places: [...existing.places, ...some(place)] });
  return undefined;
}

/** Two declarations of one option as one, or why that cannot be. */
function joinOptions(a: Option, b: Option): Option | string {
  const type: OptionType | undefined = a.type.join?.(b.type);
  if (!type) return `is declared twice, as ${a.type.description} and as ${b.type.description}`;
  for (const key of ["default", "apply"] as const) {
    if (key in a && key in b && !same(a[key], b[key])) return `is declared twice, with different ${key} values`;
  }
  return { ...a, ...b, type, ...(a.description !== undefined && { description: a.description }) };
}

/** All options of a tree, groups flattened, in the order of declaration. */
export function* allOptions(group: OptionGroup): Generator<DeclaredOption> {
  for (const member of group.members.values()) {
    if (isGroup(member)) yield* allOptions(member);
    else yield member;
  }
}

const some = (place: Place | undefined): Place[] => (place ? [place] : []);
