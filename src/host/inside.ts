/**
 * Commands inside a machine, through that machine's own systemd: each gets the machine's namespaces, cgroup and
 * limits, and ends with the machine. Facts: systemd-run(1), systemd.service(5) "COMMAND LINES".
 */
import { type RunOptions, type RunResult, run } from "./run.ts";

export interface InsideOptions {
  /** Default root. Its HOME, SHELL, USER and LOGNAME are set as a login would. */
  readonly user?: string;
  /** A path from /. Default that. */
  readonly cwd?: string;
  /** `NAME=value` */
  readonly env?: readonly string[];
  /** The command gets a terminal of its own; else our three standard streams as they are. */
  readonly terminal: boolean;
  /**
   * To the machine's systemd it is a job until it ends: only then no signal that ends it is a success. Not of one that is
   * starting, which would not be ready before.
   */
  readonly asJob?: boolean;
  /** Its coming and going is not written to the machine's journal, nor what it logs itself below "notice". */
  readonly unlogged?: boolean;
}

/**
 * Arguments of a transient unit go through systemd's replacement of environment variables, in which `$$` is a `$`
 * (systemd.service(5)). There is no other way to say "as it is" that systemd 252 has.
 */
const literal = (argument: string): string => argument.replaceAll("$", "$$$$");

/** The program's own name is not replaced in, only the arguments are: one with a `$` is named to env(1) as an argument. */
const program = (command: readonly string[]): readonly string[] =>
  command[0]?.includes("$") ? ["env", "--", ...command] : command;

/** The argument list that starts a command. */
export function insideCommand(
  machine: string,
  unit: string,
  command: readonly string[],
  options: InsideOptions,
): string[] {
  if (options.terminal) return terminalCommand(machine, unit, command, options);
  const start = [`--machine=${machine}`, `--unit=${unit}`, "--quiet", "--wait", "--collect", "--pipe"];
  const type = options.asJob ? "oneshot" : "exec";
  return ["systemd-run", ...start, ...execution(type, options), "--", ...program(command).map(literal)];
}

/**
 * With a terminal of the machine's own, which its root may give to any of its users. `systemd-run --machine --pty` of
 * systemd 252 opens the terminal's path on the host, where it is another one or none; so machined gives us one by
 * `machinectl shell`, and in that the machine's own systemd-run makes the command's. machinectl has no exit status:
 * without --collect a unit that failed stays, to be asked (src/host/inside-end.ts).
 */
function terminalCommand(machine: string, unit: string, command: readonly string[], options: InsideOptions): string[] {
  // It gives no input before a oneshot's job is done: so that a signal is no success, another command fails after it.
  const noSuccess = `--property=ExecStopPost=/usr/bin/env test \${EXIT_CODE} = exited`;
  const start = [`--unit=${unit}`, "--quiet", "--wait", "--pty", ...execution("exec", options), noSuccess];
  // By env: the machine's systemd-run looks for a program itself, and a unit that is never made looks like one that went well.
  const inner = [...start, "--", ...["env", "--", ...command].map(literal)];
  const plain = Object.entries(asItIs).map(([name, value]) => `--setenv=${name}=${value}`);
  return ["machinectl", "--quiet", ...plain, "shell", machine, "/usr/bin/env", "systemd-run", ...inner.map(literal)];
}

function execution(type: "exec" | "oneshot", options: InsideOptions): string[] {
  return [
    `--service-type=${type}`,
    `--uid=${options.user ?? "root"}`,
    ...(options.cwd === undefined ? [] : [`--working-directory=${options.cwd}`]),
    ...(options.env ?? []).map((assignment) => `--setenv=${assignment}`),
    // What is in a pipe inside ends when its reader does, as in a shell.
    ...(options.unlogged ? ["--property=LogLevelMax=notice"] : ["--property=IgnoreSIGPIPE=no"]),
  ];
}

/**
 * From 256 on systemd-run paints the terminal and changes its title, and tells of each try to reach a machine that has
 * ended: not what was asked for.
 */
export const asItIs = { SYSTEMD_TINT_BACKGROUND: "0", SYSTEMD_ADJUST_TERMINAL_TITLE: "0", SYSTEMD_LOG_LEVEL: "err" };

/** On this host no other has it, now or later. */
export const ownMark = (): string => `${process.pid}-${process.hrtime.bigint().toString(36)}`;

export const transientName = (): string => `stowage-run-${ownMark()}.service`;

/** A command whose answer we want ourselves, as the machine's root, and of which its journal says nothing. At most 10 seconds. */
export function askInside(machine: string, command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const argv = insideCommand(machine, transientName(), command, { terminal: false, unlogged: true });
  return run(argv, { timeout: 10_000, ...options });
}

/**
 * Whether its systemd takes orders, or only will: of a machine that is starting.
 * @returns false also where there is no such machine
 */
export async function answersInside(machine: string): Promise<boolean> {
  const { stdout } = await run(["systemctl", `--machine=${machine}`, "is-system-running"], askOptions);
  return !["", "offline", "unknown"].includes(stdout.trim());
}

const askOptions: RunOptions = { accept: "any", timeout: 10_000, package: "systemd" };

/** Ends a command by its unit. */
export async function stopInside(machine: string, unit: string): Promise<void> {
  await run(["systemctl", `--machine=${machine}`, "stop", "--", unit], { accept: "any", timeout: 10_000 });
}
