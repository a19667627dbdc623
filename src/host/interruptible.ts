/** What goes on elsewhere on our behalf, and is to end there when we are asked to end. */
import { setTimeout as sleep } from "node:timers/promises";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does what is stopped by a signal to us; then `stop` is tried until it is over.
 * @returns also the signal, or null
 */
export async function interruptible<T>(
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
