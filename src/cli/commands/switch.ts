/** stowage switch: the machine becomes what the configuration says. */
import { whileAlone } from "../alone.ts";
import type { JsonFlag } from "../flags.ts";
import { build, generationHere, planFor } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { configPath, type HostFlags, type Session } from "../session.ts";
import { carryOutShown } from "../shown.ts";

export default async function switchVerb(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  configPath(session, flags);
  return whileAlone(session, "switch", () => switchTo(session, flags));
}

async function switchTo(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  try {
    const next = await generationHere(session, flags, progress.on);
    await build(session, flags, next, progress.on);
    const planned = await planFor(session, next);
    progress.end();
    return await carryOutShown(session, flags, planned, progress.on);
  } finally {
    progress.end();
  }
}
