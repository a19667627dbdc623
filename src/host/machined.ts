/** systemd-machined, in our words. Facts: machinectl(1). */
import { existsSync } from "node:fs";
import { groupOf } from "./cgroups.ts";
import { readText, startOfActive } from "./processes.ts";
import { run } from "./run.ts";

/** A file for each machine that runs, by its name. systemd-run and systemctl find machines by them, too. */
const machines = "/run/systemd/machines";

/**
 * The process id, as the host sees it, of a running machine's PID 1.
 * @returns null where no such machine runs
 */
export async function leaderOf(machine: string): Promise<number | null> {
  const recorded = recordedLeader(machine);
  if (recorded !== undefined) return recorded;
  const argv = ["machinectl", "show", "--property=Leader", "--value", "--", machine];
  const { status, stdout } = await run(argv, { accept: "any", package: "systemd-container" });
  const pid = Number(stdout.trim());
  return status === 0 && pid > 0 ? pid : null;
}

/**
 * As machined wrote it down, which needs no program and no machined. The file outlives a machine that ends while machined
 * is away: the number may be another process's by then, which is in no cgroup of the machine's.
 * @returns undefined where it is not written as we know it
 */
export function recordedLeader(machine: string, directory = machines, proc = "/proc"): number | null | undefined {
  const text = readText(`${directory}/${machine}`);
  if (text === null) return existsSync(directory) ? null : undefined;
  const pid = Number(/^LEADER=(\d+)$/m.exec(text)?.[1]);
  const unit = /^(?:SCOPE|UNIT)=(\S+)$/m.exec(text)?.[1];
  if (!(pid > 0) || unit === undefined) return undefined;
  return readText(`${proc}/${pid}/cgroup`)?.split(/[/\n]/).includes(unit) ? pid : null;
}

/** A machine from its start to its end: the next one of the same name is another. */
export interface MachineLife {
  isAlive(): boolean;
  /** Where the kernel shows what its systemd has made of cgroups; null where there is no unified hierarchy. */
  readonly cgroups: string | null;
}

/** @param leader a process id of {@link leaderOf} */
export function lifeOf(leader: number, mounts?: string[]): MachineLife {
  const began = startOfActive(leader);
  return {
    isAlive: () => began !== null && startOfActive(leader) === began,
    cgroups: groupOf(leader, undefined, mounts),
  };
}
