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
  const field = fieldsOf(stat);
  const ticks = (at: number) => Number(field(at) ?? 0) * (1000 / ticksPerSecond);
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

/** Of proc_pid_stat(5), numbered as there, from the third on: what is before the last bracket is a name, which may hold anything. */
function fieldsOf(stat: string): (at: number) => string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (at) => fields[at - 3];
}

/**
 * When a process began, in ticks: of two with the same number not the same.
 * @returns null where there is none, or one that is as good as gone
 */
function startUnless(pid: number, isGone: (field: (at: number) => string | undefined) => boolean): string | null {
  const stat = readProc(`${pid}/stat`);
  const field = stat === null ? null : fieldsOf(stat);
  return field === null || isGone(field) ? null : (field(22) ?? null);
}

/** As long as it holds anything: not of a dead one's rest. */
export const startOf = (pid: number): string | null => startUnless(pid, (field) => ["Z", "X"].includes(field(3) ?? ""));

/** PF_EXITING: what a process has begun that ends; those that it is PID 1 of end before it. */
const isExiting = 0x4;

/** As long as it does anything: not of one that is ending. */
export const startOfActive = (pid: number): string | null =>
  startUnless(pid, (field) => (Number(field(9)) & isExiting) !== 0);

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
  const children = childrenOf(supervisor);
  return children.find(isInit) ?? children[0] ?? null;
}

export function childrenOf(pid: number): number[] {
  const text = readProc(`${pid}/task/${pid}/children`) ?? "";
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

/** Whether it is PID 1 of a namespace of its own. */
export const isInit = (pid: number): boolean => /^NSpid:.*\t1$/m.test(readProc(`${pid}/status`) ?? "");

/** How a user namespace numbers a user of the host's; null: not at all. */
export function innerId(map: string, id: number): number | null {
  for (const line of map.split("\n")) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (id >= outside && id < outside + count) return inside + id - outside;
  }
  return null;
}

/** Text of a file below /proc; null where it is not there, or not to be read, as when its process has just ended. */
export const readProc = (path: string): string | null => readText(`/proc/${path}`);

/** Text of a file of the kernel's, or of systemd's, which is there only as long as what it tells of; else null. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
