/** Runs a command inside a machine with our own terminal or streams, to its end or ours. */
import { constants } from "node:os";
import { asItIs, type InsideOptions, insideCommand, stopInside, transientName } from "./inside.ts";
import { type Ended, endOf } from "./inside-end.ts";
import { interruptible } from "./interruptible.ts";
import type { MachineLife } from "./machined.ts";
import { attach } from "./run.ts";

/**
 * Runs a command with our own terminal or streams. When the machine ends, it ends, and we do, too.
 * @param life of the machine, as it runs now
 */
export async function runInside(
  machine: string,
  life: MachineLife,
  command: readonly string[],
  options: InsideOptions,
): Promise<Ended> {
  const unit = transientName();
  const began = Date.now();
  // systemd-run would leave the command running: it is the machine's systemd that runs it, not we.
  const { result, interrupted } = await interruptible(
    () => stopInside(machine, unit),
    () => attachUntilEnd(insideCommand(machine, unit, command, options), life, options.terminal),
  );
  if (interrupted !== null) return { status: 128 + constants.signals[interrupted], failedStep: null };
  return endOf({ machine, unit, life, took: Date.now() - began }, result, options.terminal);
}

/** Milliseconds between two looks at whether the machine still runs. */
const lookEvery = 200;

/**
 * systemd-run waits for a machine that is gone, some versions also for the next one of its name.
 * @returns exit status of the program
 */
async function attachUntilEnd(argv: readonly string[], life: MachineLife, terminal: boolean): Promise<number> {
  const ended = new AbortController();
  const looking = setInterval(() => {
    if (!life.isAlive()) ended.abort();
  }, lookEvery);
  // Our terminal itself is nothing that a machine with users of its own may own: systemd gives up on it, status 208.
  const passInput = !terminal && process.stdin.isTTY === true;
  try {
    return await attach(argv, { package: "systemd-container", env: asItIs, passInput, signal: ended.signal });
  } finally {
    clearInterval(looking);
  }
}
