/** What goes on elsewhere on our behalf, and is to end there when we are asked to end. */
import { setTimeout as sleep } from "node:timers/promises";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What came of a program that stood for what goes on elsewhere. */
export interface Outcome {
  /** The signal that ended the program, unless it was we who sent it; null where it ended by itself. */
  readonly signal: NodeJS.Signals | null;
}

/**
 * Does what is stopped by a signal to us, or to the program that the work is to wait for; then `stop` is tried until it
 * is over. A terminal, timeout(1) and the like send one signal to both, and of the program's end we may be told first.
 * @returns also the signal, or null
 */
export async function interruptible<T extends Outcome>(
  stop: () => Promise<void>,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly interrupted: NodeJS.Signals | null }> {
  let interrupted: NodeJS.Signals | null = null;
  let stopping: Promise<void> | null = null;
  let isOver = false;
  const onSignal = (signal: NodeJS.Signals) => {
    interrupted = signal;
    stopping ??= stopUntil(() => isOver, stop);
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const result = await work();
    isOver = true;
    if (result.signal !== null && interrupted === null) onSignal(result.signal);
    await stopping;
    return { result, interrupted };
  } finally {
    isOver = true;
    for (const signal of signals) process.off(signal, onSignal);
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
