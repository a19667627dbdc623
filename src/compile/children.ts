/**
 * Further systems of a container (`specialisation`, `nesting`): the whole configuration evaluated once more for each, with
 * what it says added to, or put in the place of, the container's `config`.
 */
import { type Problem, StowageError } from "../error.ts";
import { type Evaluation, mkForce, placesOf } from "../modules/index.ts";
import type { HostConfig, SystemConfig } from "../options/index.ts";
import { type InnerChanges, innerChanges } from "../plan/inner.ts";
import { packagesReason } from "../plan/packages.ts";
import { type ChildSystem, recipeName, type ToplevelRecipe, type UnitOrder } from "../systems/recipe.ts";
import { type PlacesOf, Problems } from "./problems.ts";
import { enabled, type Packages } from "./requests.ts";

/** One further system of a container. */
export interface Child {
  /** The specialisation's name; null for one of `nesting`, which has a number only. */
  readonly name: string | null;
  /** As people call it: `specialisation.debug`, `nesting.clone[0]`. */
  readonly shown: string;
  readonly system: SystemConfig;
  readonly places: PlacesOf;
}

/** By container; in the order of their numbers. */
export type Children = ReadonlyMap<string, readonly Child[]>;

export const noChildren: Children = new Map();

/** @throws StowageError with every problem of theirs */
export function childrenOf(evaluation: Evaluation<HostConfig>): Children {
  const problems: Problem[] = [];
  const all = new Map<string, Child[]>();
  for (const [container, { config }] of Object.entries(enabled(evaluation.config).containers)) {
    if (config === null) continue;
    const badNames = Object.keys(config.specialisation).filter((name) => !/^[A-Za-z0-9_][\w.-]{0,63}$/.test(name));
    problems.push(...badNames.map((name) => badName(evaluation, container, name)));
    const found = declared(config).map((one) => evaluated(evaluation, container, one, problems));
    if (found.length > 0) all.set(container, found);
  }
  if (problems.length > 0) throw new StowageError(problems);
  return all;
}

/** It is the name of a file, and part of a command that people type. */
function badName(evaluation: Evaluation<HostConfig>, container: string, name: string): Problem {
  const option = ["containers", container, "config", "specialisation", name];
  const places = placesOf(evaluation, option);
  return {
    code: "bad-specialisation-name",
    message: `${JSON.stringify(name)} cannot be the name of a specialisation`,
    details: ["a name is at most 64 letters, digits and `_` `.` `-`, and begins with none of the last two"],
    option,
    ...(places.length > 0 && { places }),
  };
}

interface Declared {
  readonly name: string | null;
  readonly shown: string;
  readonly inherits: boolean;
  readonly module: unknown;
}

/** Those of `nesting` first: they have no name to be found by. */
function declared({ nesting, specialisation }: SystemConfig): Declared[] {
  const nested = (kind: "children" | "clone") =>
    nesting[kind].map((module, at) => ({
      name: null,
      shown: `nesting.${kind}[${at}]`,
      inherits: kind === "clone",
      module,
    }));
  const named = Object.entries(specialisation).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...nested("children"),
    ...nested("clone"),
    ...named.map(([name, { inheritParentConfig, configuration }]) => {
      return { name, shown: `specialisation.${name}`, inherits: inheritParentConfig, module: configuration };
    }),
  ];
}

function evaluated(
  evaluation: Evaluation<HostConfig>,
  container: string,
  { name, shown, inherits, module }: Declared,
  problems: Problem[],
): Child {
  // What has further systems is the container, not they.
  const childless = { specialisation: mkForce({}), nesting: mkForce({ children: [], clone: [] }) };
  const config = { imports: [module, childless] };
  const extended = evaluation.extendModules({
    modules: [{ containers: { [container]: { config: inherits ? config : mkForce(config) } } }],
  });
  problems.push(...extended.issues.map((issue) => inChild(issue, container, shown)));
  const system = extended.config.containers[container]?.config;
  if (system === null || system === undefined) throw new Error(`container ${container} has lost its config`);
  return { name, shown, system, places: (path) => placesOf(extended, path) };
}

const inChild = (problem: Problem, container: string, shown: string): Problem => ({
  ...problem,
  message: `in ${shown} of container ${container}: ${problem.message}`,
});

/**
 * The configuration with each further system as a container: for what only collects from all systems. Their names have a
 * blank, which no container's has.
 */
export function everySystem(config: HostConfig, children: Children): HostConfig {
  if (children.size === 0) return config;
  const containers = Object.entries(config.containers).flatMap(([container, one]) => [
    [container, one] as const,
    ...(children.get(container) ?? []).map(
      ({ shown, system }) => [`${container} ${shown}`, { ...one, config: system }] as const,
    ),
  ]);
  return { ...config, containers: Object.fromEntries(containers) };
}

/** A toplevel, and the packages below it. */
export interface SystemRecipes {
  readonly packages: Packages;
  readonly top: ToplevelRecipe;
}

/** @param make adds problems of the system that it is given; null when it did */
export function childRecipes(
  container: string,
  children: readonly Child[],
  make: (system: SystemConfig, problems: Problems) => SystemRecipes | null,
  problems: Problems,
): SystemRecipes[] {
  return children.flatMap(({ shown, name, system, places }) => {
    const own = new Problems(places);
    const made = make(system, own);
    try {
      own.throwIfAny();
    } catch (error) {
      if (!(error instanceof StowageError)) throw error;
      for (const problem of error.problems) problems.add(inChild(problem, container, shown));
    }
    if (made === null) return [];
    const configurationName = made.top.configurationName || (name ?? "");
    return [{ packages: made.packages, top: { ...made.top, configurationName } }];
  });
}

/** The container's own system with the others below it: which they are, and what it takes to go there and back. */
export function withChildren(
  own: SystemRecipes,
  children: readonly Child[],
  made: readonly SystemRecipes[],
): ToplevelRecipe {
  const below = made.map(({ packages, top }, at): ChildSystem => {
    const refuse = top.packages === own.top.packages ? null : packagesReason(own.packages.recipe, packages.recipe);
    const order = (from: ToplevelRecipe, to: ToplevelRecipe) => (refuse === null ? lines(innerChanges(from, to)) : []);
    return {
      name: children[at]?.name ?? null,
      toplevel: recipeName(top),
      refuse,
      to: order(own.top, top),
      back: order(top, own.top),
    };
  });
  return { ...own.top, children: below };
}

const lines = ({ units }: InnerChanges): UnitOrder[] => units.map(({ because: _, ...line }) => line);
