/** Who holds the switch lock: what its file says, and what /proc says of that. Loads next to nothing. */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { StowageError } from "../error.ts";

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

/**
 * Who holds the lock of an open file as far as it says so by now, or null. What the text says may be of an earlier holder,
 * as long as the next has not written its own: only who has the file open holds it.
 */
export function holderNow(fd: number): Holder | null {
  const holder = parseHolder(readFileSync(`/proc/self/fd/${fd}`, "utf8"));
  return holder !== null && hasOpen(holder.pid, fd) ? holder : null;
}

/** {@link holderNow} for one who has not tried to take the lock: a holder of our own number is one who was killed. */
export function otherHolder(fd: number): Holder | null {
  const holder = holderNow(fd);
  return holder?.pid === process.pid ? null : holder;
}

/** {@link otherHolder} of a file by its path; null also where there is none, or it cannot be read. */
export function holderAt(path: string): Holder | null {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return null;
  }
  try {
    return otherHolder(fd);
  } catch {
    return null;
  } finally {
    closeSync(fd);
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

export function leadsTo(path: string, fd: number): boolean {
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

export const busy = (path: string, verb: string, holder: Holder | null): StowageError =>
  new StowageError(
    {
      code: "busy",
      message: `${holderText(holder)} is changing this machine${sinceText(holder)}`,
      details: [`it holds ${path}; \`journalctl -t stowage\` shows what it has done`],
      hint: `try again when it is done${verb === "at-boot" ? "" : `, or wait for it: stowage ${verb} --wait`}`,
    },
    { exitCode: exitBusy },
  );
