/** One switch at a time: the lock of the whole installation, `/run/stowage/lock`. */
import { closeSync, fstatSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StowageError } from "../error.ts";
import { diskErrorsSync } from "./disk-errors.ts";
import { lockDescriptor } from "./flock.ts";
import type { Layout } from "./layout.ts";
import { makeAll } from "./make-all.ts";
import { removeUnfinished } from "./unfinished.ts";

/** sysexits.h EX_TEMPFAIL: try again later. */
const exitBusy = 75;

/** Who changes the machine. */
export interface Holder {
  readonly pid: number;
  /** `switch`, `rollback`, … */
  readonly verb: string;
  /** When it took the lock, in milliseconds since 1970. */
  readonly since: number;
}

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
  for (;;) {
    makeAll(layout.run, 0o755);
    const fd = openSync(path, "a+", 0o644);
    try {
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

/**
 * Who holds the lock of an open file, or null. What the text says may be of an earlier holder, as long as the next has
 * not written its own: only who has the file open holds it.
 */
async function holderOf(fd: number): Promise<Holder | null> {
  for (const deadline = Date.now() + patience; ; ) {
    const holder = parseHolder(readFileSync(`/proc/self/fd/${fd}`, "utf8"));
    if (holder !== null && hasOpen(holder.pid, fd)) return holder;
    if (Date.now() > deadline) return null;
    await sleep(20);
  }
}

/** `1234 switch 1763801234567` */
export function parseHolder(text: string): Holder | null {
  const [, pid, verb, since] = /^(\d+) (\S+) (\d+)\n$/.exec(text) ?? [];
  return verb === undefined ? null : { pid: Number(pid), verb, since: Number(since) };
}

/** Whether a process has the very file open that a descriptor of ours leads to. proc_pid_fd(5) */
function hasOpen(pid: number, fd: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => leadsTo(`/proc/${pid}/fd/${name}`, fd));
  } catch {
    return false; // It has ended.
  }
}

function leadsTo(path: string, fd: number): boolean {
  const { dev, ino } = fstatSync(fd);
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.dev === dev && found.ino === ino;
}

/** `process 1234 (switch)` */
export const holderText = (holder: Holder | null): string =>
  holder === null ? "another process" : `process ${holder.pid} (${holder.verb})`;

/** `, since 2026-11-22 10:15:03`: local time. */
export function sinceText(holder: Holder | null): string {
  if (holder === null) return "";
  // Not toLocaleString: loading a language takes longer than all else that who comes second does.
  const local = new Date(holder.since - new Date(holder.since).getTimezoneOffset() * 60_000);
  return `, since ${local.toISOString().slice(0, 19).replace("T", " ")}`;
}

const busy = (path: string, verb: string, holder: Holder | null): StowageError =>
  new StowageError(
    {
      code: "busy",
      message: `${holderText(holder)} is changing this machine${sinceText(holder)}`,
      details: [`it holds ${path}; \`journalctl -t stowage\` shows what it has done`],
      hint: `try again when it is done, or wait for it: stowage ${verb} --wait`,
    },
    { exitCode: exitBusy },
  );
