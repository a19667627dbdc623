/** stowage check: everything that can be said of a configuration without touching anything. */
import { compile } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { readLock } from "../../systems/lock-file.ts";
import { type Configured, evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import { tellWarnings } from "../pipeline.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function check(session: Session, flags: HostFlags): Promise<number> {
  const configured = await evaluate(session, flags);
  tellWarnings(session, configured.evaluation);
  const locked = checkGeneration(session, configured);
  const count = Object.keys(configured.evaluation.config.containers).length;
  session.tell(`${configured.file}: ${count} ${count === 1 ? "container" : "containers"}, no problems\n`);
  if (!locked) session.tell("Some packages are not in stowage.lock yet; stowage build adds them.\n");
  return exitCodes.done;
}

/** @returns whether the lock has all packages: that it has not is no problem of the configuration */
function checkGeneration(session: Session, { evaluation, lockFile }: Configured): boolean {
  try {
    compile(evaluation, readLock(lockFile), session.layout);
    return true;
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const problems = error.problems.filter((problem) => problem.code !== "not-locked");
    if (problems.length > 0) throw new StowageError(problems);
    return false;
  }
}
