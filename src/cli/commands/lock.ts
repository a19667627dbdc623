/** stowage lock: what stowage.lock lacks of what the configuration needs. Nothing is built. */
import { changeLines, lockChanges } from "../../systems/lock-changes.ts";
import { readLock } from "../../systems/lock-file.ts";
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { generationMeant } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { type HostFlags, requireRoot, type Session } from "../session.ts";

export default async function lock(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  requireRoot(session, "lock");
  const progress = progressOf(session);
  try {
    const configured = await evaluate(session, flags);
    const before = readLock(configured.lockFile);
    await generationMeant(session, configured, progress.on, "pin");
    const changes = lockChanges(before, readLock(configured.lockFile));
    progress.end();
    session.print(flags.json ? `${JSON.stringify(changes, null, 2)}\n` : changeLines(changes));
  } finally {
    progress.end();
  }
  return exitCodes.done;
}
