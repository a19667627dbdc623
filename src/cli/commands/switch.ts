/** stowage switch: the machine becomes what the configuration says. */
import { whileAlone } from "../alone.ts";
import type { JsonFlag } from "../flags.ts";
import { build, generationHere, planFor } from "../pipeline.ts";
import { configPath, type HostFlags, type Session } from "../session.ts";
import { planAndCarryOut } from "../shown.ts";

export default async function switchVerb(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  configPath(session, flags);
  return whileAlone(session, "switch", () =>
    planAndCarryOut(session, flags, async (onProgress) => {
      const next = await generationHere(session, flags, onProgress);
      await build(session, flags, next, onProgress);
      return planFor(session, next);
    }),
  );
}
