/** Waiting for a state, never for the clock. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Tries `probe` until it does not throw, and returns what it returned: assertions can be written inside as they are
 * elsewhere. After `limit` milliseconds its last error is thrown.
 */
export async function eventually<T>(probe: () => T | Promise<T>, limit = 30_000): Promise<T> {
  for (const deadline = Date.now() + limit; ; ) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(25);
  }
}
