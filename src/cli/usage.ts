/** What containers use of the machine, between two looks. */
import { type GroupUsage, usageOf } from "../host/cgroups.ts";
import { readProcess, readPss } from "../host/processes.ts";
import { trafficOf } from "../host/sockets.ts";
import { type Payload, processesOf } from "./payload.ts";

/** Where a number of bytes of memory comes from: the group's own count, or a sum over its processes. */
export type MemorySource = "cgroup" | "pss" | "rss";

export interface Usage {
  /** Milliseconds of processor time since it started; null: not known, as below. */
  readonly cpuTime: number | null;
  readonly memory: number | null;
  readonly memorySource: MemorySource | null;
  readonly memoryLimit: number | null;
  readonly processes: number;
  readonly received: number | null;
  readonly sent: number | null;
  readonly read: number | null;
  readonly written: number | null;
}

const nothing: GroupUsage = { cpu: null, memory: null, memoryLimit: null, read: null, written: null };

export function usageNow(payload: Payload): Usage {
  const pids = processesOf(payload);
  const group = payload.group === null ? nothing : usageOf(payload.group);
  const traffic = trafficOf(payload.pid);
  const [memory, memorySource] = group.memory === null ? memoryOf(pids) : ([group.memory, "cgroup"] as const);
  return {
    cpuTime: group.cpu === null ? null : group.cpu / 1000,
    memory,
    memorySource,
    memoryLimit: group.memoryLimit,
    processes: pids.length,
    received: traffic?.received ?? null,
    sent: traffic?.sent ?? null,
    read: group.read,
    written: group.written,
  };
}

/** Without the controller of memory: what is shared is counted in parts, where the kernel says them. */
function memoryOf(pids: readonly number[]): readonly [bytes: number | null, source: MemorySource | null] {
  const parts = pids.map((pid) => readPss(pid));
  if (parts.length > 0 && parts.every((part) => part !== null)) return [sum(parts), "pss"];
  const sizes = pids.flatMap((pid) => readProcess(pid)?.rss ?? []);
  return sizes.length === 0 ? [null, null] : [sum(sizes), "rss"];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Of one processor, in hundredths: 200 are two of them.
 * @param milliseconds between the two looks
 */
export function processorShare(before: Usage | undefined, now: Usage, milliseconds: number): number | null {
  if (before === undefined || before.cpuTime === null || now.cpuTime === null || milliseconds <= 0) return null;
  // It was started anew in between.
  if (now.cpuTime < before.cpuTime) return null;
  return Math.round(((now.cpuTime - before.cpuTime) / milliseconds) * 10_000) / 100;
}
