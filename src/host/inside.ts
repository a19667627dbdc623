/**
 * Runs a command inside a machine, through that machine's own systemd: it gets the machine's namespaces, cgroup and
 * limits, and ends with the machine. Facts: systemd-run(1), systemd.service(5) "COMMAND LINES".
 */
import { randomBytes } from "node:crypto";
import { attach, run } from "./run.ts";

export interface InsideOptions {
  /** Default root. Its HOME, SHELL, USER and LOGNAME are set as a login would. */
  readonly user?: string;
  readonly cwd?: string;
  /** `NAME=value` */
  readonly env?: readonly string[];
  /** The command gets a terminal of its own; else our three standard streams as they are. */
  readonly terminal: boolean;
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

/** The argument list of systemd-run. */
export function insideCommand(
  machine: string,
  unit: string,
  command: readonly string[],
  options: InsideOptions,
): string[] {
  return [
    "systemd-run",
    `--machine=${machine}`,
    `--unit=${unit}`,
    "--quiet",
    "--wait",
    "--collect",
    options.terminal ? "--pty" : "--pipe",
    "--service-type=exec",
    `--uid=${options.user ?? "root"}`,
    ...(options.cwd === undefined ? [] : [`--working-directory=${options.cwd}`]),
    ...(options.env ?? []).map((assignment) => `--setenv=${assignment}`),
    ...(options.unlogged ? ["--property=LogLevelMax=notice"] : []),
    "--",
    ...program(command).map(literal),
  ];
}

/** From 256 on systemd-run paints the terminal and changes its title: not what was asked for. */
const asItIs = { SYSTEMD_TINT_BACKGROUND: "0", SYSTEMD_ADJUST_TERMINAL_TITLE: "0" };

/** Runs a command with our own terminal or streams. @returns its exit status */
export async function runInside(machine: string, command: readonly string[], options: InsideOptions): Promise<number> {
  const unit = transientName();
  const stop = () => void stopInside(machine, unit);
  // systemd-run would leave the command running: it is the machine's systemd that runs it, not we.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await attach(insideCommand(machine, unit, command, options), { package: "systemd-container", env: asItIs });
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

export const transientName = (): string => `stowage-run-${process.pid}-${randomBytes(4).toString("hex")}.service`;

/** Ends a command that {@link runInside} began. */
export async function stopInside(machine: string, unit: string): Promise<void> {
  await run(["systemctl", `--machine=${machine}`, "stop", "--", unit], { accept: "any", timeout: 10_000 });
}
