/** Running a program: argv only, everything it said kept. */
import { type SpawnOptions, spawn } from "node:child_process";

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
    // A process group of its own: what a program signals as its group must not be this process, and whoever started it.
    detached: true,
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
    let timedOut = false;
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            if (options.onTimeout) options.onTimeout();
            else child.kill("SIGKILL");
          }, options.timeout);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const result = { code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0), ...out };
      if (timedOut) reject(new CommandFailed(`not done after ${options.timeout} ms`, argv, result));
      else resolve(result);
    });
    // A program that ends before it has read everything is no error of ours.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Like {@link exec}; a non-zero exit code is thrown as {@link CommandFailed}. Returns standard output. */
export async function must(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
  const result = await exec(argv, options);
  if (result.code !== 0) throw new CommandFailed(`exit code ${result.code}`, argv, result);
  return result.stdout;
}
