/** The JavaScript engine, set up for a command that runs for less than a second. */
import { setFlagsFromString } from "node:v8";

/**
 * Only where it was measured, in Node 20: later versions lack some of these, and would say so to the user. Before any code
 * of ours is taken from the cache: V8 keeps code for the flags it was made with.
 * - Makes V8 optimise a function only once it has run four times as long as usual: that work takes a second processor all
 *   the while, and most of its results are never used.
 * - What is made stays in use to the end: marking it little by little, to find garbage among it, is in vain.
 */
export function tuneEngine(): void {
  if (!process.versions.v8.startsWith("11.3.")) return;
  for (const flag of [`--interrupt-budget=${4 * 66 * 1024}`, "--no-incremental-marking"]) setFlagsFromString(flag);
}
