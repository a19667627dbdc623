/** stowage update: the newest versions of all packages into stowage.lock. */
import { requestsOf } from "../../compile/index.ts";
import { lockChanges, type VersionChange } from "../../systems/lock-changes.ts";
import { readLock, updateLock } from "../../systems/lock-file.ts";
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { compileLocked } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { type HostFlags, requireRoot, type Session } from "../session.ts";

export default async function update(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  requireRoot(session, "update");
  const configured = await evaluate(session, flags);
  // Mistakes first, before apt is asked.
  compileLocked(session, configured);
  const { evaluation, lockFile } = configured;
  const before = readLock(lockFile);
  const progress = progressOf(session);
  try {
    const after = await updateLock(session.layout, lockFile, requestsOf(evaluation.config), { onWork: progress.on });
    progress.end();
    const changes = lockChanges(before, after);
    session.print(flags.json ? `${JSON.stringify(changes, null, 2)}\n` : changes.map(changeLine).join(""));
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

function changeLine({ suite, name, from, to }: VersionChange): string {
  if (from === null) return `${suite} ${name}: new, ${to}\n`;
  return `${suite} ${name}: ${from} -> ${to ?? "gone"}\n`;
}
