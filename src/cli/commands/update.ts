/** stowage update: the newest versions of all packages into stowage.lock; of named containers, their flakes anew. */
import { dirname } from "node:path";
import { accountsAsked, importsOf, requestsOf } from "../../compile/index.ts";
import { pinAnew } from "../../systems/import/pins.ts";
import { lockChanges, type VersionChange } from "../../systems/lock-changes.ts";
import { readLock, updateLock } from "../../systems/lock-file.ts";
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { type UpdatedFlake, updateFlakes } from "../flakes.ts";
import { compileLocked, generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { type HostFlags, requireRoot, type Session } from "../session.ts";

export default async function update(
  session: Session,
  flags: HostFlags & JsonFlag,
  ...names: string[]
): Promise<number> {
  requireRoot(session, "update");
  if (names.length > 0) return updateNamed(session, flags, names);
  const configured = await evaluate(session, flags);
  // Mistakes first, before apt is asked.
  compileLocked(session, configured);
  const { every, lockFile } = configured;
  const before = readLock(lockFile);
  const progress = progressOf(session);
  try {
    const options = { onWork: progress.on };
    await pinAnew(session.layout, lockFile, importsOf(every), { ...options, directory: dirname(lockFile) });
    const after = await updateLock(session.layout, lockFile, requestsOf(every), options, accountsAsked(every));
    progress.end();
    const changes = lockChanges(before, after);
    session.print(flags.json ? `${JSON.stringify(changes, null, 2)}\n` : changes.map(changeLine).join(""));
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

async function updateNamed(session: Session, flags: HostFlags & JsonFlag, names: readonly string[]): Promise<number> {
  const progress = progressOf(session);
  try {
    const generation = await generationOf(session, flags, progress.on);
    const updated = await updateFlakes(session, generation, names, progress.on);
    progress.end();
    session.print(flags.json ? `${JSON.stringify(updated, null, 2)}\n` : updated.map(flakeLine).join(""));
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

function flakeLine({ container, from, to, reloaded }: UpdatedFlake): string {
  if (from === to) return `${container}: nothing new, ${to}\n`;
  const change = from === null ? `new, ${to}` : `${from} -> ${to}`;
  return `${container}: ${change}${reloaded ? ", taken over by the running container" : ""}\n`;
}

function changeLine({ suite, name, from, to }: VersionChange): string {
  if (from === null) return `${suite} ${name}: new, ${to}\n`;
  return `${suite} ${name}: ${from} -> ${to ?? "gone"}\n`;
}
