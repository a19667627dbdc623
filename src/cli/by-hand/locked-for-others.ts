/** What the lock of all that were made by hand has for others than the one that is updated. Pure. */
import type { Generation } from "../../compile/index.ts";
import type { Lock } from "../../systems/lock.ts";
import type { DebianRecipe, DebianRequest } from "../../systems/recipe.ts";

export interface LockedForOthers {
  /** In the same suites: one suite has one version of each package. */
  readonly requests: readonly DebianRequest[];
  /** Suites of others alone. */
  readonly suites: readonly string[];
}

/**
 * @param generations what the machine has: what no system in them is made of was locked for what is not any more
 * @param suites that are asked for
 */
export function lockedForOthers(
  lock: Lock,
  generations: readonly Pick<Generation, "systems">[],
  suites: readonly string[],
): LockedForOthers {
  const used = recipesByRequest(generations);
  const known = Object.entries(lock.suites).flatMap(([suite, { systems }]) =>
    systems.flatMap(({ packages, components, furtherSuites }): DebianRequest[] => {
      const recipe = used.get(keyOf(suite, packages));
      if (recipe === undefined) return [];
      return [
        {
          kind: "debian",
          suite,
          packages,
          ...(components && { components }),
          ...(furtherSuites && { furtherSuites }),
          ...(recipe.mirror && { mirror: recipe.mirror }),
        },
      ];
    }),
  );
  const isHere = ({ suite }: DebianRequest) => suites.includes(suite);
  return {
    requests: known.filter(isHere),
    suites: [...new Set(known.filter((request) => !isHere(request)).map(({ suite }) => suite))],
  };
}

/** By what was asked for, not by version: the lock may have newer ones than a container that was not updated since. */
const recipesByRequest = (generations: readonly Pick<Generation, "systems">[]): ReadonlyMap<string, DebianRecipe> =>
  new Map(
    generations
      .flatMap(({ systems }) => Object.values(systems))
      .filter((recipe) => recipe.kind === "debian")
      .map((recipe) => {
        const packages = recipe.layers.flat().filter(({ requested }) => requested);
        return [
          keyOf(
            recipe.suite,
            packages.map(({ name }) => name),
          ),
          recipe,
        ];
      }),
  );

const keyOf = (suite: string, packages: readonly string[]): string => [suite, ...[...packages].sort()].join(" ");
