/** How two trees of packages differ, in the words of a reason. */
import type { DebianRecipe, Recipe } from "../systems/recipe.ts";

/** How many packages are named. */
const shown = 3;

/** @returns `its packages changed: +nginx-light 1.22.1-9, -redis, curl 7.88 → 8.5 and 12 more`; undefined trees: nobody knows them */
export function packagesReason(before: Recipe | undefined, after: Recipe | undefined): string {
  const plain = "its packages changed";
  if (before?.kind === "import" && after?.kind === "import" && before.from === after.from)
    return `${after.from} was pinned anew`;
  if (after?.kind === "import") return `its packages are now those of ${after.from}`;
  if (before?.kind !== "debian" || after?.kind !== "debian") return plain;
  if (before.suite !== after.suite) return `its suite changed: ${before.suite} → ${after.suite}`;
  const changes = packageChanges(before, after);
  if (changes.length === 0) return plain;
  const more = changes.length > shown ? ` and ${changes.length - shown} more` : "";
  return `${plain}: ${changes.slice(0, shown).join(", ")}${more}`;
}

/** A package that is only in one of two trees, or in both by another version. */
export interface PackageDifference {
  readonly name: string;
  /** Versions; null: it is not there. */
  readonly from: string | null;
  readonly to: string | null;
  /** Asked for by name, not only needed by another. */
  readonly requested: boolean;
}

const packageChanges = (before: DebianRecipe, after: DebianRecipe): string[] =>
  packageDifferences(before, after).map(({ name, from, to }) => change(name, from, to));

/** Those that somebody asked for by name first, then the ones that came or went along; each by name. Other recipes have none. */
export function packageDifferences(before: Recipe | undefined, after: Recipe | undefined): PackageDifference[] {
  const [old, now] = [packagesOf(before), packagesOf(after)];
  const changed = [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name)?.version !== now.get(name)?.version)
    .sort();
  const isAsked = (name: string) => (now.get(name) ?? old.get(name))?.requested === true;
  return [...changed.filter(isAsked), ...changed.filter((name) => !isAsked(name))].map((name) => ({
    name,
    from: old.get(name)?.version ?? null,
    to: now.get(name)?.version ?? null,
    requested: isAsked(name),
  }));
}

const packagesOf = (recipe: Recipe | undefined) =>
  new Map((recipe?.kind === "debian" ? recipe.layers.flat() : []).map((one) => [one.name, one]));

function change(name: string, from: string | null, to: string | null): string {
  if (from === null) return `+${name} ${to}`;
  return to === null ? `-${name}` : `${name} ${from} → ${to}`;
}
