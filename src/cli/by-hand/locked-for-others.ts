/** What the lock of all that were made by hand has beside what the one that is updated asks for. Pure. */
import type { Generation } from "../../compile/index.ts";
import type { Lock } from "../../systems/lock.ts";
import type { DebianRecipe, DebianRequest } from "../../systems/recipe.ts";

export interface LockedForOthers {
  /** In the same suites, its own of before among them: one suite has one version of each package, and layers keep their order. */
  readonly requests: readonly DebianRequest[];
  /** Suites of others alone. */
  readonly suites: readonly string[];
}

/**
 * @param generations what the machine has: what no system in them is made of was locked for what is not any more
 * @param name the container that is updated
 * @param own what it asks for
 */
export function lockedForOthers(
  lock: Lock,
  generations: readonly Pick<Generation, "systems">[],
  name: string,
  own: readonly DebianRequest[],
): LockedForOthers {
  const uses = generations.flatMap(usesIn);
  const known = Object.entries(lock.suites).flatMap(([suite, { systems }]) =>
    systems.flatMap(({ packages, components, furtherSuites }): DebianRequest[] => {
      const users = uses.filter(({ recipe }) => recipe.suite === suite && isMadeOf(recipe, packages));
      if (users.length === 0) return [];
      // What nobody else has is fetched from where it is to come from now.
      const other = users.find(({ container }) => container !== name);
      const { mirror } = other === undefined ? (own.find((one) => one.suite === suite) ?? {}) : other.recipe;
      return [
        {
          kind: "debian",
          suite,
          packages,
          ...(components && { components }),
          ...(furtherSuites && { furtherSuites }),
          ...(mirror && { mirror }),
        },
      ];
    }),
  );
  const isHere = ({ suite }: DebianRequest) => own.some((one) => one.suite === suite);
  return {
    requests: known.filter(isHere),
    suites: [...new Set(known.filter((request) => !isHere(request)).map(({ suite }) => suite))],
  };
}

interface Use {
  readonly container: string;
  readonly recipe: DebianRecipe;
}

const usesIn = ({ systems }: Pick<Generation, "systems">): Use[] =>
  Object.values(systems).flatMap((top): Use[] => {
    const recipe = top.kind === "toplevel" ? systems[top.packages] : undefined;
    return top.kind === "toplevel" && recipe?.kind === "debian" ? [{ container: top.name, recipe }] : [];
  });

/**
 * Whether it was asked for with these packages, as far as is seen: versions may be others by now, and what the base or a
 * lower layer has is not marked as asked for. Rather too many than too few.
 */
function isMadeOf({ layers }: DebianRecipe, packages: readonly string[]): boolean {
  const all = layers.flat();
  const names = new Set(all.map(({ name }) => name));
  return (
    packages.every((one) => names.has(one)) && all.every(({ name, requested }) => !requested || packages.includes(name))
  );
}
