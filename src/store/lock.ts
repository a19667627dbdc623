/** One switch at a time: the lock of the whole installation, `/run/stowage/lock`. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { diskErrorsSync } from "./disk-errors.ts";
import { lockDescriptor } from "./flock.ts";
import { busy, type Holder, holderNow, leadsTo, otherHolder } from "./holder.ts";
import type { Layout } from "./layout.ts";
import { makeAll } from "./make-all.ts";
import { removeUnfinished } from "./unfinished.ts";

export interface SwitchLock {
  /** Notes that the work came to its end: the next one has nothing to clear away. Not called, it is taken for cut short. */
  done(): void;
  /** Frees the lock. Ending the process does it too. */
  release(): void;
}

export interface SwitchLockOptions {
  /**
   * Waits for the lock instead of leaving. Told who holds it, again when that is another; null where that cannot be
   * known. Ending the process ends the waiting, whatever ends it.
   */
  readonly onWait?: (holder: Holder | null) => void;
}

/**
 * Takes the switch lock: at once or not at all, unless `onWait` is given.
 * @param verb what we are about to do, for the one who comes second: `switch`, `rollback`, …
 * @throws StowageError `busy`, exit code 75, naming who holds it
 */
export async function takeSwitchLock(
  layout: Layout,
  verb: string,
  { onWait }: SwitchLockOptions = {},
): Promise<SwitchLock> {
  const path = `${layout.run}/lock`;
  const fd = await openLocked(layout, path, verb, onWait);
  try {
    const before = readFileSync(`/proc/self/fd/${fd}`, "utf8");
    // At once, for who comes second. Should we be cut short from here on, the next one finds our name, and begins here again.
    diskErrorsSync(path, () => replaceText(fd, `${process.pid} ${verb} ${Date.now()}\n`));
    if (before !== atRest) await removeUnfinished(layout);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { done: () => noteRest(fd), release: () => closeSync(fd) };
}

/** @returns a descriptor that holds the lock */
async function openLocked(
  layout: Layout,
  path: string,
  verb: string,
  onWait: SwitchLockOptions["onWait"],
): Promise<number> {
  const held = heldByEntry(path);
  if (held !== null) return held;
  for (;;) {
    makeAll(layout.run, 0o755);
    // Who can open it for reading can hold its lock.
    const fd = openSync(path, "a+", 0o600);
    try {
      // Looked at first: of many that come at once each is spared a program.
      const holder = onWait === undefined ? otherHolder(fd) : null;
      if (holder !== null) throw busy(path, verb, holder);
      if (!(await lockDescriptor(fd))) {
        if (onWait === undefined) throw busy(path, verb, await holderOf(fd));
        await waitFor(fd, onWait);
      }
      // Of a file that `uninstall` has removed meanwhile the lock is nobody else's concern: the next one makes another.
      if (leadsTo(path, fd)) return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

/** As src/cli/entry.sh opens it, before it becomes Node. Later in a process any file may have the number. */
const entryFd = 9;
let mayBeHeld = true;

/** proc_pid_fdinfo(5): a lock stands there if it belongs to this very open file. */
const ownLock = /^lock:\s+\d+: FLOCK\s+ADVISORY\s+WRITE\s/m;

/** The descriptor by which the entry holds the lock for us, or null. */
function heldByEntry(path: string): number | null {
  if (!mayBeHeld) return null;
  mayBeHeld = false;
  try {
    const isOurs = leadsTo(path, entryFd) && ownLock.test(readFileSync(`/proc/self/fdinfo/${entryFd}`, "utf8"));
    return isOurs ? entryFd : null;
  } catch {
    return null; // There is no such descriptor.
  }
}

/** What the file holds after a holder that came to its end. Nothing at all: there was none since the machine was booted. */
const atRest = "\n";

/** Not noted, the next one looks for what there is not: no reason to call what was done a failure. */
function noteRest(fd: number): void {
  try {
    replaceText(fd, atRest);
  } catch {
    // The disk of /run is full, or fails.
  }
}

function replaceText(fd: number, text: string): void {
  ftruncateSync(fd);
  writeSync(fd, text);
}

/** Seconds after which it is looked whether another holds it now. */
const lookAgain = 2;

async function waitFor(fd: number, onWait: (holder: Holder | null) => void): Promise<void> {
  let told: number | undefined;
  do {
    const holder = await holderOf(fd);
    const pid = holder?.pid ?? 0;
    if (pid !== told) onWait(holder);
    told = pid;
  } while (!(await lockDescriptor(fd, { wait: lookAgain })));
}

/** Milliseconds that the one who took the lock has to write its name into it: with fifty at once it has to wait its turn. */
const patience = 2000;

/** Who holds the lock of an open file, or null where it does not come to saying so. */
async function holderOf(fd: number): Promise<Holder | null> {
  for (const deadline = Date.now() + patience; ; ) {
    const holder = holderNow(fd);
    if (holder !== null || Date.now() > deadline) return holder;
    await sleep(20);
  }
}
