/** Processes as the kernel tells of them. Facts: proc_pid_stat(5), proc_pid_status(5), proc_pid_uid_map(5), proc_pid_smaps(5). */
import { readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  /** Its number in each namespace that it is in, ours first, the innermost last. */
  readonly pids: readonly number[];
  /** Effective one. */
  readonly uid: number;
  /** Bytes in memory, those included that it shares with others; 0 of a dead one's rest. */
  readonly rss: number;
  /** Milliseconds of processor time that it has used, without its children. */
  readonly cpu: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Its arguments, one after the other; its name in brackets where it has none. Its own words. */
  readonly command: string;
}

/** @returns null where it has ended */
export function readProcess(pid: number): Process | null {
  const [stat, status] = [readProc(`${pid}/stat`), readProc(`${pid}/status`)];
  if (stat === null || status === null) return null;
  return parseProcess(pid, stat, status, readProc(`${pid}/cmdline`) ?? "", bootTime());
}

/** sysconf(3), _SC_CLK_TCK: on Linux the same everywhere. */
const ticksPerSecond = 100;

/** @param bootTime milliseconds since 1970 */
export function parseProcess(pid: number, stat: string, status: string, cmdline: string, bootTime: number): Process {
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  // From the third field on: a name may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (at: number) => Number(fields[at - 3] ?? 0) * (1000 / ticksPerSecond);
  const words = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(status)?.[1]?.split(/\s+/) ?? [];
  const argv = cmdline.replace(/\0+$/, "").replaceAll("\0", " ");
  return {
    pid,
    pids: words("NSpid").length === 0 ? [pid] : words("NSpid").map(Number),
    uid: Number(words("Uid")[1] ?? 0),
    rss: Number(words("VmRSS")[0] ?? 0) * 1024,
    cpu: ticks(14) + ticks(15),
    since: Math.round(bootTime + ticks(22)),
    command: argv === "" ? `[${name}]` : argv,
  };
}

let booted: number | undefined;

/** When the clock of proc_pid_stat(5) began; it is the same for all of a run. */
function bootTime(): number {
  booted ??= Date.now() - Number.parseFloat(readProc("uptime") ?? "0") * 1000;
  return booted;
}

/** Bytes that it alone would free, with its part of what it shares; null where the kernel does not say. */
export function readPss(pid: number): number | null {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readProc(`${pid}/smaps_rollup`) ?? "") ?? [];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** The first process of what a supervisor (systemd-nspawn, conmon) has started: PID 1 of a namespace, else its first child. */
export function initBelow(supervisor: number): number | null {
  if (supervisor === 0) return null;
  const children = (readProc(`${supervisor}/task/${supervisor}/children`) ?? "")
    .split(" ")
    .filter((word) => word !== "");
  const inits = children.filter((pid) => /^NSpid:.*\t1$/m.test(readProc(`${pid}/status`) ?? ""));
  const first = inits[0] ?? children[0];
  return first === undefined ? null : Number(first);
}

/** How a user namespace numbers a user of the host's; null: not at all. */
export function innerId(map: string, id: number): number | null {
  for (const line of map.split("\n")) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (id >= outside && id < outside + count) return inside + id - outside;
  }
  return null;
}

/** Text of a file below /proc; null where it is not there, or not to be read, as when its process has just ended. */
export function readProc(path: string): string | null {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return null;
  }
}
