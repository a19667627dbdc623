/** The lock file of containers that were made by hand: one for all of them. */
import { rmSync } from "node:fs";
import type { Generation } from "../compile/generation.ts";
import { type Layout, madeDir, madeLockFile } from "../store/layout.ts";
import { removeIfEmpty } from "./directories.ts";

/**
 * It goes with the last of them.
 * @param before what the machine and its next boot had
 * @param now what they have: while one of them is in it, the file is of use
 */
export function forgetMadeLock(layout: Layout, before: readonly Generation[], now: readonly Generation[]): void {
  const hasMade = (generations: readonly Generation[]) =>
    generations.some(({ containers }) => Object.values(containers).some(({ made }) => made));
  if (!hasMade(before) || hasMade(now)) return;
  rmSync(madeLockFile(layout), { force: true });
  removeIfEmpty(madeDir(layout));
}
