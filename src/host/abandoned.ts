/** Files that a process writes under `<name>.<its pid>` before they get their name: of one that was killed they stay. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes those of processes that are no more. In a cache only: a failure is none. */
export function removeAbandoned(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      const pid = Number(/\.(\d+)$/.exec(name)?.[1] ?? 0);
      if (pid > 0 && !isThere(pid)) rmSync(join(directory, name), { force: true });
    }
  } catch {
    // It is read-only, or gone.
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
