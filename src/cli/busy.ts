/**
 * Who comes while another changes the machine is told so at once, without the command's code being loaded: of fifty that
 * come together, the last waits for all the others' start.
 */
import { busy, type Holder, holderAt } from "../store/holder.ts";
import { defaultLayout, type Layout } from "../store/layout.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { paintFor } from "./report/paint.ts";
import { tellProblems } from "./report/problems.ts";

/** Verbs that have the machine to themselves. */
const verbs = ["switch", "boot", "test", "rollback", "gc"];

/** Without further words, or with a host.ts: nothing else that could be wrong comes before the lock. */
const isPlain = ([verb = "", flag, file, ...rest]: readonly string[]): boolean =>
  verbs.includes(verb) &&
  (flag === undefined || (["-c", "--config"].includes(flag) && file !== undefined && rest.length === 0));

/**
 * @param layout default: the machine's
 * @returns the exit code; null where nobody is known to hold the lock, or more than that has to be looked at
 */
export function tellBusy(argv: readonly string[], io: Io, layout: Layout = defaultLayout): number | null {
  if (!isPlain(argv) || io.geteuid?.() !== 0) return null;
  const path = `${layout.run}/lock`;
  const holder: Holder | null = holderAt(path);
  if (holder === null) return null;
  tellProblems({ io, paintErr: paintFor(io.stderr, io.env, true) }, busy(path, argv[0] ?? "", holder).problems);
  return exitCodes.lockHeld;
}
