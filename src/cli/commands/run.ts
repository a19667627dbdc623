/** stowage run NAME -- CMD…: the command's own exit code. */
import { StowageError } from "../../error.ts";
import { runInside } from "../../host/inside.ts";
import { leaderOf } from "../../host/machined.ts";
import { currentOf } from "../current.ts";
import { findContainers } from "../names.ts";
import { requireRoot, type Session } from "../session.ts";
import type { RunFlags } from "../verbs.ts";

/** systemd.exec(5), "PROCESS EXIT CODES": EXIT_EXEC. systemd-run itself says nothing. */
const notExecuted = 203;

export default async function run(session: Session, flags: RunFlags, name: string, ...command: string[]) {
  requireRoot(session, "run");
  const env = flags.env?.map(assignment);
  findContainers(currentOf(session), [name]);
  if ((await leaderOf(name)) === null) throw notRunning(name);
  const status = await runInside(name, command, {
    terminal: session.io.stdin.isTTY === true && session.io.stdout.isTTY === true,
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.cwd !== undefined && { cwd: flags.cwd }),
    ...(env !== undefined && { env }),
  });
  if (status === notExecuted)
    session.tell(`status 203: systemd in ${name} found no program ${command[0]} that it can execute\n`);
  return status;
}

/** systemd-run would take a bare name's value from our own environment: that is not what was asked for. */
function assignment(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) return text;
  throw new StowageError({ code: "bad-variable", message: `--env takes NAME=value, not "${text}"` }, { exitCode: 64 });
}

export const notRunning = (name: string): StowageError =>
  new StowageError({
    code: "not-running",
    message: `the container "${name}" is not running`,
    hint: `stowage start ${name}`,
  });
