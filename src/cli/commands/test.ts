/** stowage test: the machine becomes what the configuration says; the next boot has what it had. */
import { whileAlone } from "../alone.ts";
import type { BackFlag, ChangeFlags } from "../flags.ts";
import { configPath, type HostFlags, type Session } from "../session.ts";

export default async function test(session: Session, flags: HostFlags & ChangeFlags & BackFlag): Promise<number> {
  configPath(session, flags);
  return whileAlone(session, "test", flags, async (alone) => {
    const [{ build, generationHere, planFor }, { requireSameFlakes }, { planAndCarryOut }] = await Promise.all([
      import("../pipeline.ts"),
      import("../required.ts"),
      import("../shown.ts"),
    ]);
    return planAndCarryOut(alone, flags, {
      interrupted: "the next boot has what it had before; the next switch goes on where this one stopped",
      async prepare(onProgress) {
        const next = await generationHere(session, flags, onProgress, "pin");
        requireSameFlakes(session, next, "test");
        await build(session, flags, next, onProgress);
        return planFor(session, next, undefined, "active");
      },
    });
  });
}
