/**
 * The first line of every text file and unit of ours on a host (docs/design/on-disk-format.md). A file without it
 * belongs to somebody else: it is never overwritten and never removed.
 */
export const ownershipMark = "# Made by stowage. Changes are overwritten; write host.ts instead.";

/** Whether a text begins with our mark. */
export function isMarked(text: string): boolean {
  return text === ownershipMark || text.startsWith(`${ownershipMark}\n`);
}

/** Whether a file says of itself that we made it: the mark in its first line, or, as JSON has no comments, a first key. */
export function saysOurs(text: string): boolean {
  return isMarked(text) || /^\s*\{\s*"madeBy"\s*:\s*"stowage"/.test(text);
}
