/** stowage check: everything that can be said of a configuration without touching anything. */
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { compileLocked, tellWarnings } from "../pipeline.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function check(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const configured = await evaluate(session, flags);
  tellWarnings(session, configured.evaluation);
  const locked = compileLocked(session, configured) !== null;
  const { containers, ociContainers } = configured.evaluation.config;
  const count = Object.keys(containers).length + Object.keys(ociContainers.containers).length;
  if (flags.json) {
    session.print(`${JSON.stringify({ file: configured.file, containers: count, locked }, null, 2)}\n`);
    return exitCodes.done;
  }
  session.tell(`${configured.file}: ${count} ${count === 1 ? "container" : "containers"}, no problems\n`);
  if (!locked)
    session.tell("stowage.lock does not have all packages and numbers of accounts yet; stowage build adds them.\n");
  return exitCodes.done;
}
