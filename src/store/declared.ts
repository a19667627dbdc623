/** A container's copies of toplevels, as they stand in its declared directory. */
import { existsSync, readdirSync } from "node:fs";
import { type Layout, storePath } from "./layout.ts";
import { isStoreName } from "./names.ts";

/** The host's business, which no container is shown. */
const hidden = ["root", "recipe.json", "packages"];

/** Entries of a toplevel that its container sees. */
export const shownParts = (toplevel: string): string[] =>
  readdirSync(toplevel).filter((part) => !hidden.includes(part));

/**
 * What a copy of a toplevel lacks at its top, as somebody may have removed it; the copy itself where there is none. null:
 * nothing, or nobody knows, because the toplevel is not in the store.
 * @param directory where copies are
 */
export function missingPart(layout: Layout, directory: string, toplevel: string | null): string | null {
  if (toplevel === null || !isStoreName(toplevel)) return null;
  const from = storePath(layout, toplevel);
  if (!existsSync(`${directory}/${toplevel}`)) return `declared/${toplevel}`;
  if (!existsSync(from)) return null;
  const there = new Set(readdirSync(`${directory}/${toplevel}`));
  const lacks = shownParts(from).find((part) => !there.has(part));
  return lacks === undefined ? null : `declared/current/${lacks}`;
}
