/** Runs a command inside a machine with our own terminal or streams, to its end or ours. */
import { constants } from "node:os";
import { asItIs, type InsideOptions, insideCommand, stopInside, transientName } from "./inside.ts";
import { type Ended, endOf, forgetFailure, holdsProcesses } from "./inside-end.ts";
import { interruptible } from "./interruptible.ts";
import type { MachineLife } from "./machined.ts";
import { type Attached, attach } from "./run.ts";

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
    async () => {
      const argv = insideCommand(machine, unit, command, options);
      const { status, signal } = await attachUntilEnd(argv, unit, life, options.terminal);
      const told = { machine, unit, life, took: Date.now() - began, asJob: options.asJob ?? false };
      // The command may go on without it: until it is over, a signal is still meant for it.
      return { signal, end: signal === null ? await endOf(told, status, options.terminal) : unknown };
    },
  );
  if (interrupted === null) return result.end;
  // With a terminal it is not collected: we would have asked it for its status.
  if (options.terminal) await forgetFailure(machine, unit).catch(() => undefined);
  return { status: 128 + constants.signals[interrupted], failedStep: null };
}

/** Where a signal ended systemd-run: then we were interrupted, and nobody asks. */
const unknown: Ended = { status: 255, failedStep: null };

/** Milliseconds between two looks at the machine, and that systemd-run may take to notice that its command is over. */
const lookEvery = 200;
const noticing = 30_000;

/**
 * systemd-run waits for a machine that is gone, some versions also for the next one of its name; and for ever, where the
 * machine's bus began anew just when the command began.
 * @returns its status is null where the program waited in vain
 */
async function attachUntilEnd(
  argv: readonly string[],
  unit: string,
  life: MachineLife,
  terminal: boolean,
): Promise<Omit<Attached, "status"> & { readonly status: number | null }> {
  const ended = new AbortController();
  let [wasThere, empty, inVain] = [false, 0, false];
  const looking = setInterval(() => {
    const isThere = !terminal && holdsProcesses(life, unit);
    wasThere ||= isThere;
    empty = wasThere && !isThere ? empty + lookEvery : 0;
    inVain = empty > noticing;
    if (inVain || !life.isAlive()) ended.abort();
  }, lookEvery);
  // Our terminal itself is nothing that a machine with users of its own may own: systemd gives up on it, status 208.
  const passInput = !terminal && process.stdin.isTTY === true;
  const options = { package: "systemd-container", env: asItIs, passInput, signal: ended.signal };
  const attached = await attach(argv, options).finally(() => clearInterval(looking));
  return inVain ? { ...attached, status: null } : attached;
}
