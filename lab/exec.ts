/** Running a program: argv only, everything it said kept. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

export interface Result {
  /** Exit code; 128 + the signal's number where a signal ended it, as shells count. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  /** The whole environment. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds; afterwards the program is killed and {@link CommandFailed} thrown. Default: none. */
  readonly timeout?: number;
  /** Called instead of SIGKILL to the child when the time is over. */
  readonly onTimeout?: () => void;
  /** Called with every piece of standard output and standard error as it comes. */
  readonly onOutput?: (piece: string) => void;
  /** Called with every piece of standard error alone. */
  readonly onError?: (piece: string) => void;
  /**
   * The program leads a process group of its own: for one that is entered into a machine, where `kill 0` must not end
   * this process and whoever started it. Ctrl-C does not reach it then. Default false.
   */
  readonly ownGroup?: boolean;
  /** Descriptors that the child inherits as 3, 4, … */
  readonly descriptors?: readonly number[];
}

/** A program that did not do what its caller counted on: cause, command, output. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly argv: readonly string[];
  readonly result: Result;

  constructor(why: string, argv: readonly string[], result: Result) {
    const said = [result.stderr, result.stdout].map((text) => text.trim()).filter((text) => text !== "");
    super([`${why}: ${argv.join(" ")}`, ...said].join("\n"));
    this.argv = argv;
    this.result = result;
  }
}

const signalNumbers: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Runs a program to its end. A non-zero exit code is a result, not an error; see {@link must}. */
export function exec(argv: readonly string[], options: ExecOptions = {}): Promise<Result> {
  const [program, ...rest] = argv;
  if (program === undefined) throw new Error("exec: empty argv");
  const spawnOptions: SpawnOptions = {
    stdio: ["pipe", "pipe", "pipe", ...(options.descriptors ?? [])],
    detached: options.ownGroup ?? false,
    ...(options.env && { env: options.env }),
    ...(options.cwd && { cwd: options.cwd }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, spawnOptions);
    const out = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (piece: string) => {
        out[name] += piece;
        options.onOutput?.(piece);
        if (name === "stderr") options.onError?.(piece);
      });
    }
    const limit = limited(child, options);
    child.on("error", (error) => {
      limit.clear();
      reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.on("close", (code, signal) => {
      limit.clear();
      const result = { code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0), ...out };
      if (limit.isOver()) reject(new CommandFailed(`not done after ${options.timeout} ms`, argv, result));
      else resolve(result);
    });
    // A program that ends before it has read everything is no error of ours.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Ends a program when its time is over. */
function limited(child: ChildProcess, { timeout, onTimeout }: ExecOptions) {
  let isOver = false;
  const end = () => {
    isOver = true;
    if (onTimeout) onTimeout();
    else child.kill("SIGKILL");
  };
  const timer = timeout === undefined ? undefined : setTimeout(end, timeout);
  return { isOver: () => isOver, clear: () => clearTimeout(timer) };
}

/** Like {@link exec}; a non-zero exit code is thrown as {@link CommandFailed}. Returns standard output. */
export async function must(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
  const result = await exec(argv, options);
  if (result.code !== 0) throw new CommandFailed(`exit code ${result.code}`, argv, result);
  return result.stdout;
}
