/** stowage run NAME -- CMD…: the command's own exit code. */
import { StowageError } from "../../error.ts";
import { assignment, containerNamed, enter } from "../enter.ts";
import { requireRoot, type Session } from "../session.ts";
import type { RunFlags } from "../verbs/parts.ts";

export default async function run(session: Session, flags: RunFlags, name: string, ...command: string[]) {
  requireRoot(session, "run");
  const env = flags.env?.map(assignment);
  if (flags.cwd !== undefined && !flags.cwd.startsWith("/")) throw relative(flags.cwd);
  return enter(session, containerNamed(session, name), command, {
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.cwd !== undefined && { cwd: flags.cwd }),
    ...(env !== undefined && { env }),
  });
}

const relative = (cwd: string): StowageError =>
  new StowageError({ code: "bad-directory", message: `--cwd takes a path from /, not "${cwd}"` }, { exitCode: 64 });
