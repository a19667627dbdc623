/** stowage run NAME -- CMD…: the command's own exit code. */
import { StowageError } from "../../error.ts";
import { runInside } from "../../host/inside.ts";
import { leaderOf } from "../../host/machined.ts";
import { currentOf } from "../current.ts";
import { findContainers } from "../names.ts";
import { printable } from "../report/paint.ts";
import { requireRoot, type Session } from "../session.ts";
import type { RunFlags } from "../verb-parts.ts";

export default async function run(session: Session, flags: RunFlags, name: string, ...command: string[]) {
  requireRoot(session, "run");
  const env = flags.env?.map(assignment);
  if (flags.cwd !== undefined && !flags.cwd.startsWith("/")) throw relative(flags.cwd);
  findContainers(currentOf(session), [name]);
  if ((await leaderOf(name)) === null) throw notRunning(name);
  const { status, failedStep } = await runInside(name, command, {
    terminal: session.io.stdin.isTTY === true && session.io.stdout.isTTY === true,
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.cwd !== undefined && { cwd: flags.cwd }),
    ...(env !== undefined && { env }),
  });
  if (failedStep !== null) session.io.stderr.write(`${printable(notBegun(name, status, failedStep))}\n`);
  return status;
}

/** systemd.exec(5), "PROCESS EXIT CODES": those that people meet. */
const steps: Readonly<Record<number, string>> = {
  200: "the directory of --cwd cannot be entered",
  203: "there is no such program that it can execute",
  208: "standard input cannot be given to it",
  216: "the group of the user cannot be taken",
  217: "the user of --user is unknown",
};

/** Without the unit's name in front, which we made up. */
function notBegun(name: string, status: number, said: string): string {
  const words = said.replace(/^stowage-run-\S+: /, "");
  return `status ${status}: systemd in ${name} could not begin it${steps[status] ? `: ${steps[status]}` : ""} (${words})`;
}

/** systemd-run would take a bare name's value from our own environment: that is not what was asked for. */
function assignment(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) return text;
  throw new StowageError({ code: "bad-variable", message: `--env takes NAME=value, not "${text}"` }, { exitCode: 64 });
}

const relative = (cwd: string): StowageError =>
  new StowageError({ code: "bad-directory", message: `--cwd takes a path from /, not "${cwd}"` }, { exitCode: 64 });

export const notRunning = (name: string): StowageError =>
  new StowageError({
    code: "not-running",
    message: `the container "${name}" is not running`,
    hint: `stowage start ${name}`,
  });
