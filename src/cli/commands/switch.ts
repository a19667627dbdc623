/** stowage switch: the machine becomes what the configuration says. */
import { whileAlone } from "../alone.ts";
import type { BackFlag, ChangeFlags } from "../flags.ts";
import { configPath, type HostFlags, type Session } from "../session.ts";

export default async function switchVerb(session: Session, flags: HostFlags & ChangeFlags & BackFlag): Promise<number> {
  configPath(session, flags);
  return whileAlone(session, "switch", flags, async (alone) => {
    // Only now: who comes second is told so before any of it is loaded.
    const [{ build, generationHere, planFor }, { planAndCarryOut }] = await Promise.all([
      import("../pipeline.ts"),
      import("../shown.ts"),
    ]);
    return planAndCarryOut(alone, flags, {
      interrupted: "the next switch goes on where this one stopped",
      async prepare(onProgress) {
        const next = await generationHere(session, flags, onProgress, "pin");
        await build(session, flags, next, onProgress);
        return planFor(session, next);
      },
    });
  });
}
