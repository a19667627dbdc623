/** The order in which the systems of a generation can be built. */
import type { Recipe, StoreName } from "../systems/recipe.ts";

/** Package trees before what is made above them, and further systems of a container before its own. */
export function inBuildOrder(systems: Record<StoreName, Recipe>): Record<StoreName, Recipe> {
  const entries = Object.entries(systems).sort(([a], [b]) => (a < b ? -1 : 1));
  const of = (kind: Recipe["kind"]) => entries.filter(([, recipe]) => recipe.kind === kind);
  const hasChildren = ([, recipe]: [string, Recipe]) => recipe.kind === "toplevel" && recipe.children.length > 0;
  const tops = of("toplevel");
  return Object.fromEntries([
    ...of("debian"),
    ...of("import"),
    ...tops.filter((one) => !hasChildren(one)),
    ...tops.filter(hasChildren),
  ]);
}
