/** Nothing is made by hand on a machine of which nobody knows what it has. */
import { readChecked } from "../../apply/current.ts";
import { readJournal } from "../../apply/journal.ts";
import type { ByHand } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { activeGeneration } from "../../store/generations.ts";
import type { Layout } from "../../store/layout.ts";

/**
 * A change that was cut short is for `switch` or `rollback`: this one would go back on it, starting and stopping what is not
 * its own. But going on with the same change is what it is for.
 * @param names of the containers that are to be changed
 * @throws StowageError `cut-short`
 */
export function requireSettled(layout: Layout, verb: ByHand["verb"], names: readonly string[]): void {
  const journal = readJournal(layout);
  const active = activeGeneration(layout);
  if (journal === null || journal.pending !== null || journal.to === active) return;
  const byHand = noteOf(layout, journal.to);
  if (byHand?.verb === verb && names.includes(byHand.name)) return;
  throw new StowageError({
    code: "cut-short",
    message: `a change to generation ${journal.to} was cut short: what is on this machine is not known`,
    hint: hintOf(active, byHand),
  });
}

/** What was done by hand that made a generation; a damaged one does not say. */
function noteOf(layout: Layout, number: number): ByHand | undefined {
  try {
    return readChecked(layout, number).byHand;
  } catch (error) {
    if (error instanceof StowageError) return undefined;
    throw error;
  }
}

function hintOf(active: number | null, byHand: ByHand | undefined): string {
  const on =
    byHand?.verb === "update" || byHand?.verb === "destroy"
      ? `\`stowage ${byHand.verb} ${byHand.name}\` goes on with it`
      : "`stowage switch` goes on to what host.ts says";
  const back =
    active === null
      ? "`stowage uninstall` takes away what there is"
      : `\`stowage rollback ${active}\` goes back to what was before`;
  return `${on}, ${back}`;
}
