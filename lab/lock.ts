/**
 * flock(2) on a descriptor of our own. Node has no call for it; flock(1) locks the open file that it inherits, and the
 * lock stays with that open file after flock(1) has ended, for as long as anybody holds a descriptor of it.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { exec } from "./exec.ts";

export interface Lock {
  /** To be inherited by a child that shall hold the lock after us. */
  readonly descriptor: number;
  release(): void;
}

function locked(descriptor: number): Lock {
  let held = true;
  return {
    descriptor,
    release() {
      if (held) closeSync(descriptor);
      held = false;
    },
  };
}

async function flock(file: string, flags: readonly string[]): Promise<Lock | null> {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, "a", 0o600);
  const { code, stderr } = await exec(["flock", ...flags, "3"], { descriptors: [descriptor] });
  if (code === 0) return locked(descriptor);
  closeSync(descriptor);
  if (code === 1) return null;
  throw new Error(`cannot lock ${file}: ${stderr.trim()}`);
}

/** Waits until the lock is ours. */
export async function lock(file: string): Promise<Lock> {
  const lock = await flock(file, ["--exclusive"]);
  if (lock === null) throw new Error(`cannot lock ${file}`);
  return lock;
}

/** The lock, or null where somebody else holds it. */
export function tryLock(file: string): Promise<Lock | null> {
  return flock(file, ["--exclusive", "--nonblock"]);
}

/** Runs `work` alone among all processes that name the same file. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const held = await lock(file);
  try {
    return await work();
  } finally {
    held.release();
  }
}
