/** A command in a container of podman or docker, to its end or ours. Facts: podman-exec(1), docker-container-exec(1). */
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { enginePackages } from "./engine-programs.ts";
import { type AsUser, commandOf, type EngineOf } from "./engines.ts";
import { ownMark } from "./inside.ts";
import type { Ended } from "./inside-end.ts";
import { interruptible } from "./interruptible.ts";
import { attach } from "./run.ts";

export interface ExecOptions {
  /** As the engine takes it, `user:group` too. Default: the container's. */
  readonly user?: string;
  /** Default: the container's. */
  readonly cwd?: string;
  /** `NAME=value` */
  readonly env?: readonly string[];
  /** The command gets a terminal of its own; else our three standard streams as they are. */
  readonly terminal: boolean;
}

/** Tells what a command inside has started from everything else there: no engine ends that with its own command. */
const markName = "STOWAGE_RUN";

/** The arguments of `podman exec` and `docker exec`. */
export const execArguments = (name: string, command: readonly string[], mark: string, options: ExecOptions) => [
  "exec",
  "--interactive",
  ...(options.terminal ? ["--tty"] : []),
  ...(options.user === undefined ? [] : [`--user=${options.user}`]),
  ...(options.cwd === undefined ? [] : [`--workdir=${options.cwd}`]),
  ...(options.env ?? []).map((assignment) => `--env=${assignment}`),
  `--env=${markName}=${mark}`,
  "--",
  name,
  ...command,
];

/** Runs a command in a container with our own terminal or streams; its exit status is the command's, or the engine's own. */
export async function runInContainer(
  of: EngineOf,
  name: string,
  command: readonly string[],
  options: ExecOptions,
  asUser: AsUser,
): Promise<Ended> {
  const mark = ownMark();
  const argv = await commandOf(of, execArguments(name, command, mark, options), asUser, options.terminal);
  const { result, interrupted } = await interruptible(stopMarked(mark), () =>
    attach(argv, { package: enginePackages[of.engine].debian }),
  );
  return { status: interrupted === null ? result.status : 128 + constants.signals[interrupted], failedStep: null };
}

/** Milliseconds that what was asked to end is given. */
const patience = 10_000;

/** Asks everything with the mark to end, and kills what does not listen. */
function stopMarked(mark: string): () => Promise<void> {
  let began: number | undefined;
  return async () => {
    began ??= Date.now();
    for (const pid of marked(mark)) signal(pid, Date.now() - began > patience ? "SIGKILL" : "SIGTERM");
  };
}

/** Processes of this machine that were given the mark, or have it from one that was. */
export function marked(mark: string): number[] {
  const wanted = `${markName}=${mark}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && environmentOf(entry).includes(wanted))
    .map(Number);
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It has ended.
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended: what was asked for.
  }
}
