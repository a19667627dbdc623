/**
 * The first line of every text file and unit of ours on a host (docs/design/on-disk-format.md). A file without it
 * belongs to somebody else: it is never overwritten and never removed.
 */
export const ownershipMark = "# Made by stowage. Changes are overwritten; write host.ts instead.";

/** Whether a text begins with our mark. */
export function isMarked(text: string): boolean {
  return text === ownershipMark || text.startsWith(`${ownershipMark}\n`);
}
