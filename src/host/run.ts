/**
 * The only place that starts a program. An argument list, never shell text; what came of it is a value, and a failure is
 * told as people need it: the cause, then the command to paste, then what the program said.
 */
import type * as childProcess from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { StowageError } from "../error.ts";
import { completeLines, type LineSplitter } from "./lines.ts";

export interface RunOptions {
  /** Written to the program's standard input, which is then closed. Without it the program reads from /dev/null. */
  readonly input?: string | Uint8Array;
  /** Milliseconds; then the program and everything it started is ended. Default: no limit. */
  readonly timeout?: number;
  /** Default: our own. */
  readonly cwd?: string;
  /** Added to, or with `undefined` taken out of, our own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told each line as it comes, without its line break. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Do not keep the output: it has been told line by line, and may have no end. */
  readonly discard?: boolean;
  /** Takes the standard output as it comes, however long it is; `stdout` of the result stays empty. */
  readonly onOutput?: (chunk: Uint8Array) => void;
  /** Exit statuses that are answers, not failures. Default `[0]`; `"any"` for all. */
  readonly accept?: readonly number[] | "any";
  /** Ends the program when it fires. */
  readonly signal?: AbortSignal;
  /**
   * The kernel kills it when we end, however that is: what it writes is of no use without us, and would be in the way of
   * the next run. PR_SET_PDEATHSIG of prctl(2), by setpriv(1).
   */
  readonly endsWithUs?: boolean;
  /** Which package has the program, for the hint when it is missing. */
  readonly package?: string;
  /** Open files that the program gets as descriptors 3, 4, …: for flock(1), which locks a file that we hold open. */
  readonly fds?: readonly number[];
}

export interface RunResult {
  /** Exit status, 0..255; of a program ended by a signal 128 + its number, as shells say it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Loaded when a program is started: it takes some milliseconds, and many a run of ours starts none. */
const processes = (): typeof childProcess => process.getBuiltinModule("node:child_process");

/** Milliseconds between SIGTERM and SIGKILL. */
const patience = 2000;

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
}

/**
 * Starts `argv[0]` with the rest as its arguments and waits for its end.
 * @throws StowageError `program-missing`, `command-timeout` or `command-failed`
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const withUs = options.endsWithUs ? ["setpriv", "--pdeathsig", "KILL", "--"] : [];
  const [program, ...args] = [...withUs, ...argv];
  if (program === undefined) throw new TypeError("run: an empty argument list");
  const child = processes().spawn(program, args, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...(options.fds ?? [])],
    // A process group of its own, so that a timeout also ends what the program started.
    detached: true,
  });
  const stdout = options.onOutput ? () => "" : collect(child.stdout, "stdout", options);
  if (options.onOutput) child.stdout?.on("data", options.onOutput);
  const stderr = collect(child.stderr, "stderr", options);
  // A program that ends without reading its input is no failure of ours (EPIPE).
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input);
  const ending = await ended(child, argv, options);
  const result = { status: statusOf(ending), stdout: stdout(), stderr: stderr() };
  if (ending.timedOut || !accepted(result.status, ending, options.accept)) throw failure(argv, ending, result, options);
  return result;
}

/** A program that runs while its input is written and its output is read. */
export interface Piped {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** As {@link run} answers and fails; the output is not in it. */
  readonly ended: Promise<RunResult>;
}

/** Starts a program whose input or output is too much to be held, as a stage of a stream. */
export function pipe(
  argv: readonly string[],
  options: Pick<RunOptions, "env" | "package" | "signal" | "accept"> = {},
): Piped {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("pipe: an empty argument list");
  const child = processes().spawn(program, args, { env: environment(options.env), stdio: "pipe", detached: true });
  const stderr = collect(child.stderr, "stderr", {});
  child.stdin.on("error", () => undefined);
  const finish = async () => {
    const ending = await ended(child, argv, options);
    const result = { status: statusOf(ending), stdout: "", stderr: stderr() };
    if (!accepted(result.status, ending, options.accept)) throw failure(argv, ending, result, options);
    return result;
  };
  const done = finish();
  // Whoever reads the stream may have failed before, and then nobody asks how the program ended.
  done.catch(() => undefined);
  return { stdin: child.stdin, stdout: child.stdout, ended: done };
}

export interface Attached {
  /** As in {@link RunResult}. */
  readonly status: number;
  /** The signal of somebody else's that ended it. */
  readonly signal: NodeJS.Signals | null;
}

/** Gives our own terminal to a program and waits for its end. */
export async function attach(argv: readonly string[], options: AttachOptions = {}): Promise<Attached> {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("attach: an empty argument list");
  const stdin = options.passInput ? "pipe" : "inherit";
  const child = processes().spawn(program, args, {
    stdio: [stdin, "inherit", "inherit"],
    env: environment(options.env),
  });
  if (child.stdin !== null) {
    child.stdin.on("error", () => undefined);
    process.stdin.pipe(child.stdin);
  }
  // In our process group, so that a terminal's ^C reaches it: it is asked to end by itself.
  options.signal?.addEventListener("abort", () => child.kill("SIGTERM"));
  try {
    const { package: brings } = options;
    const ending = await ended(child, argv, brings === undefined ? {} : { package: brings });
    return { status: statusOf(ending), signal: options.signal?.aborted ? null : ending.signal };
  } finally {
    // It would keep our process alive until someone types something.
    if (child.stdin !== null) process.stdin.destroy();
  }
}

export interface AttachOptions extends Pick<RunOptions, "env" | "package" | "signal"> {
  /** The program gets a pipe that we fill, not our standard input itself. */
  readonly passInput?: boolean;
}

/** An argument list as text that can be pasted into a shell. For people only: we never run it. */
export function pasteable(argv: readonly string[]): string {
  return argv.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(" ");
}

function environment(changes: RunOptions["env"]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(changes ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

function ended(child: childProcess.ChildProcess, argv: readonly string[], options: RunOptions): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let timedOut = false;
    let killer: NodeJS.Timeout | undefined;
    let holder: NodeJS.Timeout | undefined;
    const onAbort = () => {
      signalGroup(child.pid, "SIGTERM");
      killer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), patience);
    };
    const onTimeout = () => {
      timedOut = true;
      onAbort();
    };
    const timer = options.timeout === undefined ? undefined : setTimeout(onTimeout, options.timeout);
    options.signal?.addEventListener("abort", onAbort);
    const settle = () => {
      clearTimeout(timer);
      clearTimeout(killer);
      clearTimeout(holder);
      options.signal?.removeEventListener("abort", onAbort);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === "ENOENT" ? missing(argv, options) : error);
    });
    child.once("exit", () => {
      // Somebody else may hold its output open, a machine that it ran something in: whoever gave it a limit waits no longer.
      if (options.timeout !== undefined) holder = setTimeout(letGo, patience, child);
    });
    child.once("close", (code, signal) => {
      settle();
      resolve({ code, signal, timedOut });
    });
  });
}

function letGo(child: childProcess.ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: it is gone already.
  }
}

function collect(
  stream: NodeJS.ReadableStream | null,
  name: "stdout" | "stderr",
  { onLine, discard }: RunOptions,
): () => string {
  const chunks: Buffer[] = [];
  const splitter: LineSplitter | undefined = onLine && completeLines((line) => onLine(line, name));
  stream?.on("data", (chunk: Buffer) => {
    if (!discard) chunks.push(chunk);
    splitter?.push(chunk);
  });
  stream?.on("end", () => splitter?.end());
  return () => Buffer.concat(chunks).toString("utf8");
}

function statusOf(ending: Ending): number {
  if (ending.code !== null) return ending.code;
  return ending.signal === null ? 255 : 128 + constants.signals[ending.signal];
}

function accepted(status: number, ending: Ending, accept: RunOptions["accept"]): boolean {
  if (accept === "any") return true;
  return ending.code !== null && (accept ?? [0]).includes(status);
}

function missing(argv: readonly string[], options: RunOptions): StowageError {
  return new StowageError({
    code: "program-missing",
    message: `the program ${argv[0]} is not installed`,
    details: [`needed for: ${pasteable(argv)}`],
    ...(options.package && { hint: `install the package ${options.package}` }),
  });
}

function failure(argv: readonly string[], ending: Ending, result: RunResult, options: RunOptions): StowageError {
  const cause = ending.timedOut
    ? `did not end within ${(options.timeout ?? 0) / 1000} s`
    : ending.signal !== null
      ? `was ended by ${ending.signal}`
      : `failed with exit status ${result.status}`;
  const output = `${result.stderr.trimEnd()}\n${result.stdout.trimEnd()}`.split("\n").filter((line) => line !== "");
  return new StowageError({
    code: ending.timedOut ? "command-timeout" : "command-failed",
    message: `${argv[0]} ${cause}`,
    details: [`$ ${pasteable(argv)}`, ...output.slice(-20)],
  });
}
