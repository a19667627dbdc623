/**
 * Locks that the kernel frees when their holder ends, however it ends. flock(1) takes the lock on a descriptor of ours:
 * it belongs to the open file, stays when flock(1) has ended, and is not inherited by other children (O_CLOEXEC).
 */
import { closeSync, openSync } from "node:fs";
import { run } from "../host/run.ts";

const conflict = 75;

export interface LockOptions {
  /** Default: leave at once when another holds it. A number: so many seconds at most. */
  readonly wait?: boolean | number;
  /** With others that share it. */
  readonly shared?: boolean;
}

/** Takes the lock of an open file or directory. False when another holds it and `wait` is not set, or over. */
export async function lockDescriptor(fd: number, { wait, shared }: LockOptions = {}): Promise<boolean> {
  const limit = typeof wait === "number" ? ["-w", String(wait), "-E", String(conflict)] : [];
  const how = [shared ? "-s" : "-x", ...(wait ? limit : ["-n", "-E", String(conflict)])];
  // One that waits has the file open too, and would hold the lock in our place when we have ended.
  const withUs = wait ? ["setpriv", "--pdeathsig", "KILL"] : [];
  const result = await run([...withUs, "flock", ...how, "3"], {
    fds: [fd],
    accept: [0, conflict],
    package: "util-linux",
  });
  return result.status === 0;
}

/** Runs `work` while the lock of the file is held; waits for it. The file is made when it is missing, and stays. */
export async function whileLocked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const fd = openSync(file, "a", 0o600);
  try {
    await lockDescriptor(fd, { wait: true });
    return await work();
  } finally {
    closeSync(fd);
  }
}
