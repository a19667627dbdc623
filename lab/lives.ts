/** That no lab host outlives its process: on an exit, on a signal, and, where neither was seen, when the next one boots. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabCgroup } from "./cgroup.ts";
import { tryLock } from "./lock.ts";
import { hostsDir } from "./places.ts";

export const hostNames = (): string[] =>
  existsSync(hostsDir()) ? readdirSync(hostsDir()).filter((name) => name.startsWith("lab-")) : [];

/** Held while a host's directory is made or taken for a leftover. */
export const hostsLock = (): string => join(hostsDir(), "..", "hosts.lock");

/** Hosts whose process is gone and whose lock is free: of a test that was killed. Call with the hosts' lock held. */
export async function removeLeftovers(): Promise<void> {
  for (const name of hostNames()) {
    const left = await tryLock(join(hostsDir(), name, "lock"));
    if (!left) continue;
    await new LabCgroup(name).end();
    rmSync(join(hostsDir(), name), { recursive: true, force: true });
    left.release();
  }
}

interface Mortal {
  /** Ends it at once, without waiting for anything. */
  stopNow(): void;
}

const alive = new Set<Mortal>();
let watching = false;

function stopAll(): void {
  for (const host of alive) host.stopNow();
  alive.clear();
}

/** From now on it ends when this process does. */
export function remember(host: Mortal): void {
  alive.add(host);
  if (watching) return;
  watching = true;
  process.on("exit", stopAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      stopAll();
      // The handler is gone by now: the signal does what it would have done.
      process.kill(process.pid, signal);
    });
  }
}

export function forget(host: Mortal): void {
  alive.delete(host);
}
