/**
 * Runs a command inside a machine, through that machine's own systemd: it gets the machine's namespaces, cgroup and
 * limits, and ends with the machine. Facts: systemd-run(1), systemd.service(5) "COMMAND LINES".
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseFields } from "./journal.ts";
import { attach, type RunOptions, type RunResult, run } from "./run.ts";

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

/** The argument list that starts a command. */
export function insideCommand(
  machine: string,
  unit: string,
  command: readonly string[],
  options: InsideOptions,
): string[] {
  if (options.terminal) return terminalCommand(machine, unit, command, options);
  const start = [`--machine=${machine}`, `--unit=${unit}`, "--quiet", "--wait", "--collect", "--pipe"];
  return ["systemd-run", ...start, ...execution(options), "--", ...program(command).map(literal)];
}

/**
 * With a terminal of the machine's own, which its root may give to any of its users. `systemd-run --machine --pty` of
 * systemd 252 opens the terminal's path on the host, where it is another one or none; so machined gives us one by
 * `machinectl shell`, and in that the machine's own systemd-run makes the command's. machinectl has no exit status:
 * without --collect a unit that failed stays, to be asked (see {@link endOfUnit}).
 */
function terminalCommand(machine: string, unit: string, command: readonly string[], options: InsideOptions): string[] {
  const start = [`--unit=${unit}`, "--quiet", "--wait", "--pty", ...execution(options)];
  // By env: the machine's systemd-run looks for a program itself, and a unit that is never made looks like one that went well.
  const inner = [...start, "--", ...["env", "--", ...command].map(literal)];
  const plain = Object.entries(asItIs).map(([name, value]) => `--setenv=${name}=${value}`);
  return ["machinectl", "--quiet", ...plain, "shell", machine, "/usr/bin/env", "systemd-run", ...inner.map(literal)];
}

function execution(options: InsideOptions): string[] {
  return [
    "--service-type=exec",
    `--uid=${options.user ?? "root"}`,
    ...(options.cwd === undefined ? [] : [`--working-directory=${options.cwd}`]),
    ...(options.env ?? []).map((assignment) => `--setenv=${assignment}`),
    ...(options.unlogged ? ["--property=LogLevelMax=notice"] : []),
  ];
}

/** From 256 on systemd-run paints the terminal and changes its title: not what was asked for. */
const asItIs = { SYSTEMD_TINT_BACKGROUND: "0", SYSTEMD_ADJUST_TERMINAL_TITLE: "0" };

export interface Ended {
  /** The command's exit status; 128 + the number of the signal that ended it, or us, where that is known. */
  readonly status: number;
  /** systemd could not start it: in its manager's words, which are the machine's to choose. */
  readonly failedStep: string | null;
}

/** Runs a command with our own terminal or streams. */
export async function runInside(machine: string, command: readonly string[], options: InsideOptions): Promise<Ended> {
  const unit = transientName();
  let interrupted: NodeJS.Signals | null = null;
  let stopping: Promise<void> | null = null;
  let isOver = false;
  const stop = (signal: NodeJS.Signals) => {
    interrupted = signal;
    stopping ??= stopUntil(
      () => isOver,
      () => stopInside(machine, unit),
    );
  };
  // systemd-run would leave the command running: it is the machine's systemd that runs it, not we.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const argv = insideCommand(machine, unit, command, options);
    // Our terminal itself is nothing that a machine with users of its own may own: systemd gives up on it, status 208.
    const passInput = !options.terminal && process.stdin.isTTY === true;
    const attached = await attach(argv, { package: "systemd-container", env: asItIs, passInput });
    isOver = true;
    await stopping;
    if (interrupted !== null) return { status: 128 + constants.signals[interrupted], failedStep: null };
    const status = options.terminal && attached === 0 ? await endOfUnit(machine, unit) : attached;
    return await explained(machine, unit, status);
  } finally {
    isOver = true;
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * Stops what may not be there yet: who is interrupted early has asked for a unit that the machine is only about to make.
 * So it is tried until nobody waits for the unit any more, and once after that.
 * @param pause milliseconds between two tries
 */
export async function stopUntil(isOver: () => boolean, stop: () => Promise<void>, pause = 200): Promise<void> {
  for (;;) {
    const isLast = isOver();
    await stop().catch(() => undefined);
    if (isLast) return;
    await sleep(pause);
  }
}

/** The status of a unit that stays where it failed, and is then removed. */
async function endOfUnit(machine: string, unit: string): Promise<number> {
  const ask = ["systemctl", `--machine=${machine}`];
  const properties = "--property=ExecMainCode,ExecMainStatus";
  const { stdout } = await run([...ask, "show", properties, "--", unit], { accept: "any" });
  const said = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, "m").exec(stdout)?.[1] ?? 0);
  const [code, status] = [said("ExecMainCode"), said("ExecMainStatus")];
  if (code === 0) return 0;
  await run([...ask, "reset-failed", "--", unit], { accept: "any" });
  // CLD_EXITED; the others are signals. waitid(2)
  return code === 1 ? status : 128 + status;
}

/** systemd-messages of a step that failed before the command began, and of a main process that ended. sd-messages.h */
const spawnFailed = "641257651c1b4ec9a8624d7a40a9e1e7";
const processEnded = "98e322203f7a4ed290d09fe03c09fe15";

/** Whether a status may be systemd's own (systemd.exec(5), "PROCESS EXIT CODES"), or systemd-run's for a signal: 255. */
const isSystemds = (status: number): boolean => (status >= 200 && status <= 245) || status === 255;

/** A command may end with the same status as a step of systemd's: only the machine's journal knows which it was. */
async function explained(machine: string, unit: string, status: number): Promise<Ended> {
  if (!isSystemds(status)) return { status, failedStep: null };
  const matches = [`MESSAGE_ID=${spawnFailed}`, `MESSAGE_ID=${processEnded}`, `UNIT=${unit}`];
  const ask = ["journalctl", "--quiet", "--no-pager", "--output=json", ...matches];
  await askInside(machine, ["journalctl", "--sync"], { accept: "any" });
  const { stdout } = await askInside(machine, ask, { accept: "any" });
  return endingOf(stdout, status);
}

/** @param journal entries about one unit, as JSON lines */
export function endingOf(journal: string, status: number): Ended {
  for (const line of journal.split("\n")) {
    const entry = parseFields(line);
    if (entry?.MESSAGE_ID === spawnFailed) return { status, failedStep: entry.MESSAGE ?? "" };
    const signal = signalOf(entry);
    if (signal !== null) return { status: 128 + signal, failedStep: null };
  }
  return { status, failedStep: null };
}

function signalOf(entry: Readonly<Record<string, string>> | null): number | null {
  if (entry?.EXIT_CODE !== "killed" && entry?.EXIT_CODE !== "dumped") return null;
  const signal = Number(entry.EXIT_STATUS);
  return signal >= 1 && signal <= 64 ? signal : null;
}

export const transientName = (): string => `stowage-run-${process.pid}-${randomBytes(4).toString("hex")}.service`;

/** A command whose answer we want ourselves, as the machine's root, and of which its journal says nothing. At most 10 seconds. */
export function askInside(machine: string, command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const argv = insideCommand(machine, transientName(), command, { terminal: false, unlogged: true });
  return run(argv, { timeout: 10_000, ...options });
}

/** Ends a command that {@link runInside} began. */
export async function stopInside(machine: string, unit: string): Promise<void> {
  await run(["systemctl", `--machine=${machine}`, "stop", "--", unit], { accept: "any", timeout: 10_000 });
}
