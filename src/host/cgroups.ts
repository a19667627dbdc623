/** What control groups know of the processes in them. Facts: cgroups(7), the kernel's cgroup-v2 documentation. */
import { existsSync, readdirSync } from "node:fs";
import { readProc, readText } from "./processes.ts";

/** Where the unified hierarchy is: alone, or beside others. */
const unified = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/**
 * The directory of the group that a container's processes are in, found by its first one.
 * @param unit whose group holds also what watches over the container; left out: the engine made a group of its own
 * @returns null where there is no unified hierarchy, or the process has ended
 */
export function groupOf(pid: number, unit?: string, mounts = unified): string | null {
  const mount = mounts.find((path) => existsSync(`${path}/cgroup.procs`));
  const path = /^0::(\/.*)$/m.exec(readProc(`${pid}/cgroup`) ?? "")?.[1];
  if (mount === undefined || path === undefined) return null;
  return `${mount}${groupPath(path, unit)}`;
}

/** systemd-nspawn has a group beside its container's, which is `payload`; an init makes groups below the one it is given. */
export function groupPath(path: string, unit?: string): string {
  const names = path.split("/");
  const at = unit === undefined ? -1 : names.indexOf(unit);
  if (at >= 0) return names.slice(0, names[at + 1] === "payload" ? at + 2 : at + 1).join("/");
  return path.replace(/\/init\.scope$/, "");
}

/** Of all processes in it and below. */
export function processesIn(group: string): number[] {
  const own = readLines(`${group}/cgroup.procs`).map(Number);
  const below = entriesOf(group).flatMap((name) => processesIn(`${group}/${name}`));
  return [...own, ...below].filter((pid) => pid > 0);
}

export interface GroupUsage {
  /** Microseconds of processor time since the group was made; null: not known, as below. */
  readonly cpu: number | null;
  /** Bytes, without what the kernel would give up at once (the inactive part of its cache of files). */
  readonly memory: number | null;
  /** Bytes that it may have; null also where it has no limit. */
  readonly memoryLimit: number | null;
  /** Bytes from and to block devices. */
  readonly read: number | null;
  readonly written: number | null;
}

/** Each is there only where its controller is, but for processor time. */
export function usageOf(group: string): GroupUsage {
  const value = (file: string) => Number(readText(`${group}/${file}`) ?? Number.NaN);
  const cpu = keyed(readText(`${group}/cpu.stat`), "usage_usec");
  const [current, inactive] = [value("memory.current"), keyed(readText(`${group}/memory.stat`), "inactive_file") ?? 0];
  const io = readText(`${group}/io.stat`);
  const limit = value("memory.max");
  return {
    cpu,
    memory: Number.isNaN(current) ? null : Math.max(0, current - inactive),
    memoryLimit: Number.isNaN(limit) ? null : limit,
    read: sumOf(io, "rbytes"),
    written: sumOf(io, "wbytes"),
  };
}

function keyed(text: string | null, key: string): number | null {
  const [, number] = new RegExp(`^${key} (\\d+)$`, "m").exec(text ?? "") ?? [];
  return number === undefined ? null : Number(number);
}

/** Over all devices: a line for each. */
function sumOf(text: string | null, key: string): number | null {
  if (text === null) return null;
  return [...text.matchAll(new RegExp(`\\b${key}=(\\d+)`, "g"))].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

function entriesOf(group: string): string[] {
  try {
    return readdirSync(group, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    // It has just gone.
    return [];
  }
}

const readLines = (path: string): string[] => (readText(path) ?? "").split("\n");
