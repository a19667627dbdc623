/** Everything that a generation needs in the store, in the order in which it can be built. */
import { type Layout, storePath } from "../store/layout.ts";
import { addPaths, has, whileBuilding } from "../store/store.ts";
import { type BuildOptions, buildDebian } from "./debian/build.ts";
import { buildImport, type ImportOptions } from "./import/build.ts";
import { besideOr } from "./layout-files.ts";
import type { DebianRecipe, ImportRecipe, Recipe, StoreName, ToplevelRecipe } from "./recipe.ts";
import { recipeName } from "./recipe.ts";
import { buildToplevel } from "./toplevel.ts";

/**
 * Builds what is missing.
 * @param systems by store name, each after those that it is built on: `Generation.systems`
 * @returns the names that were not there before
 */
export async function buildSystems(
  systems: Readonly<Record<StoreName, Recipe>>,
  layout: Layout,
  options: BuildOptions & ImportOptions = {},
): Promise<StoreName[]> {
  if (missingOf(systems, layout).length === 0) return [];
  return whileBuilding(layout, () => buildMissing(systems, layout, options));
}

const missingOf = (systems: Readonly<Record<StoreName, Recipe>>, layout: Layout) =>
  Object.entries(systems).filter(([name]) => !has(layout, name));

async function buildMissing(
  systems: Readonly<Record<StoreName, Recipe>>,
  layout: Layout,
  options: BuildOptions & ImportOptions,
): Promise<StoreName[]> {
  const missing = missingOf(systems, layout);
  for (const [name, recipe] of missing) checkName(name, recipe);
  const built: StoreName[] = [];
  for (const recipe of missing.map(([, item]) => item).filter(isDebian)) {
    built.push(await buildDebian(layout, recipe, options));
  }
  for (const recipe of missing.map(([, item]) => item).filter(isImport)) {
    built.push(await buildImport(layout, recipe, options));
  }
  const toplevels = missing.map(([, item]) => item).filter(isToplevel);
  return [...built, ...(await buildToplevels(toplevels, layout))];
}

/** All at once: what takes time is the sync to the disk, and one is enough for all. Further systems of a container first. */
function buildToplevels(all: readonly ToplevelRecipe[], layout: Layout): Promise<StoreName[]> {
  const hasChildren = ({ children }: ToplevelRecipe) => children.length > 0;
  const recipes = [...all.filter((one) => !hasChildren(one)), ...all.filter(hasChildren)];
  const paths = recipes.map((recipe) => ({
    name: recipeName(recipe),
    make: (directory: string) =>
      buildToplevel(directory, recipe, storePath(layout, recipe.packages), (name) =>
        besideOr(directory, name, storePath(layout, name)),
      ),
  }));
  return addPaths(layout, paths);
}

/** A store path under a name that its recipe does not have would be taken for something else for ever: a bug, not a mistake of the user. */
function checkName(name: StoreName, recipe: Recipe): void {
  if (recipeName(recipe) !== name) throw new Error(`the recipe of ${name} has the name ${recipeName(recipe)}`);
}

const isDebian = (recipe: Recipe): recipe is DebianRecipe => recipe.kind === "debian";
const isImport = (recipe: Recipe): recipe is ImportRecipe => recipe.kind === "import";
const isToplevel = (recipe: Recipe): recipe is ToplevelRecipe => recipe.kind === "toplevel";
