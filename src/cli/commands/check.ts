/** stowage check: everything that can be said of a configuration without touching anything. */
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import { compileLocked, tellWarnings } from "../pipeline.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function check(session: Session, flags: HostFlags): Promise<number> {
  const configured = await evaluate(session, flags);
  tellWarnings(session, configured.evaluation);
  const locked = compileLocked(session, configured) !== null;
  const { containers, ociContainers } = configured.evaluation.config;
  const count = Object.keys(containers).length + Object.keys(ociContainers.containers).length;
  session.tell(`${configured.file}: ${count} ${count === 1 ? "container" : "containers"}, no problems\n`);
  if (!locked)
    session.tell("stowage.lock does not have all packages and numbers of accounts yet; stowage build adds them.\n");
  return exitCodes.done;
}
