/** stowage run NAME -- CMD…: the command's own exit code. */
import { StowageError } from "../../error.ts";
import { inspect, runInContainer } from "../../host/engines.ts";
import { runInside } from "../../host/inside.ts";
import { leaderOf } from "../../host/machined.ts";
import { asUser } from "../as-user.ts";
import { currentOf } from "../current.ts";
import { findContainers, notRunning } from "../names.ts";
import { printable } from "../report/paint.ts";
import { requireRoot, type Session } from "../session.ts";
import type { RunFlags } from "../verbs/parts.ts";

export default async function run(session: Session, flags: RunFlags, name: string, ...command: string[]) {
  requireRoot(session, "run");
  const env = flags.env?.map(assignment);
  if (flags.cwd !== undefined && !flags.cwd.startsWith("/")) throw relative(flags.cwd);
  const [container] = findContainers(currentOf(session), [name]);
  const oci = container?.oci;
  const options = {
    terminal: session.io.stdin.isTTY === true && session.io.stdout.isTTY === true,
    ...(flags.user !== undefined && { user: flags.user }),
    ...(flags.cwd !== undefined && { cwd: flags.cwd }),
    ...(env !== undefined && { env }),
  };
  const isRunning = oci ? (await inspect(oci, name, asUser))?.state === "running" : (await leaderOf(name)) !== null;
  if (!isRunning) throw notRunning(name);
  const { status, failedStep } = oci
    ? await runInContainer(oci, name, command, options, asUser)
    : await runInside(name, command, options);
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
