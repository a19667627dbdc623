/** The JavaScript engine, set up for a command that runs for less than a second. */
import { setFlagsFromString } from "node:v8";

/**
 * Makes V8 optimise a function only once it has run eight times as long as usual: that work takes a second processor all
 * the while, and most of its results are never used. 1000 containers then need a quarter less CPU time, and 10,000 no
 * more. Only where it was measured, in Node 20: later versions have no such flag, and would say so to the user.
 */
export function optimiseLate(): void {
  if (process.versions.v8.startsWith("11.3.")) setFlagsFromString(`--interrupt-budget=${8 * 66 * 1024}`);
}
