/** A running systemd-nspawn, beyond what systemd says of its unit. Facts: systemd(1) "SIGNALS", signal(7), pid_namespaces(7), proc_pid_stat(5). */
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf, isInit, readProc, startOf } from "./processes.ts";
import type { OnJob, Systemd, UnitState } from "./systemd.ts";

/** SIGRTMIN+3: the init inside starts its halt.target. glibc's SIGRTMIN is 34. */
const haltSignal = 37;
const killSignal = 9;
/** Milliseconds between two looks, and between two requests to halt. */
const patience = 300;

export type EndingVerb = "stop" | "restart";

export interface Limit {
  /** Milliseconds that everything may take to shut down. Default: what the units themselves allow. */
  readonly after?: number;
  /** Further units that systemd ends before it, since they need it: the time is theirs as well. */
  readonly before?: readonly string[];
  /** Kills a unit whose time is over. Default: by a signal to all of its processes. */
  kill?(unit: string): Promise<void>;
}

/** Stops a unit and waits: {@link endUnit}. */
export async function stopUnit(systemd: Systemd, unit: string, onJob?: OnJob): Promise<void> {
  await endUnit(systemd, "stop", unit, {}, onJob);
}

/**
 * Stops or restarts a unit and waits, also one whose systemd-nspawn has only just been started. systemd asks the init
 * inside to halt once; the kernel drops that signal while the init has no handler for it yet, and nobody asks again until
 * the stop times out and everything is killed. So it is asked again until the unit has stopped; asking twice does no harm.
 * @returns the units that were killed, as their time was over
 * @throws StowageError `job-failed`
 */
export async function endUnit(
  systemd: Systemd,
  verb: EndingVerb,
  unit: string,
  limit: Limit = {},
  onJob?: OnJob,
): Promise<string[]> {
  const starting = (await systemd.states([unit]))[unit]?.active === "activating";
  if (!starting && limit.after === undefined) {
    await systemd[verb](unit, onJob);
    return [];
  }
  const over = new AbortController();
  const job = systemd[verb](unit, onJob).finally(() => over.abort());
  // How it failed is for the last line, wherever the loop is at that moment.
  job.catch(() => undefined);
  const wait = (time: number) => sleep(time, undefined, { signal: over.signal }).catch(() => undefined);
  const killed = new Set<string>();
  const units = [unit, ...(limit.before ?? [])];
  const kill = limit.kill ?? ((one: string) => systemd.kill(one, killSignal));
  const after = limit.after ?? Number.POSITIVE_INFINITY;
  const began = Date.now();
  for (let pause = Math.min(patience, after); ; ) {
    await wait(pause);
    if (over.signal.aborted) break;
    const left = after - (Date.now() - began);
    // What has been killed may take its time to be gone, too.
    pause = left > 0 ? Math.min(patience, left) : patience;
    const states = await systemd.states(units);
    const init = states[unit];
    if (init?.active === "deactivating") for (const pid of initsOf(init.mainPid)) signal(pid, haltSignal);
    if (left > 0) continue;
    const late = units.filter((one) => !killed.has(one) && isLate(verb, states[one]));
    for (const one of late) killed.add(one);
    await Promise.all(late.map(kill));
  }
  await job;
  return [...killed];
}

/** Of a restart only the first half has a limit. What cleans up after a unit is left alone, and has limits of its own. */
const isLate = (verb: EndingVerb, state: UnitState | undefined): boolean =>
  state !== undefined &&
  (verb === "stop" ? !["inactive", "failed"].includes(state.active) : state.active === "deactivating") &&
  !/^(stop-post|final-|auto-restart|dead)/.test(state.sub);

function signal(pid: number, number: number): void {
  try {
    process.kill(pid, number);
  } catch {
    // It has ended: what was asked for.
  }
}

/** Children of a systemd-nspawn that are PID 1 of a namespace of their own: the leader of its machine. */
export function initsOf(nspawn: number): number[] {
  if (nspawn === 0 || readProc(`${nspawn}/comm`) !== "systemd-nspawn\n") return [];
  return childrenOf(nspawn).filter((pid) => pid > 1 && isInit(pid));
}

/** Milliseconds that a process which has been killed may take to be gone. */
const lastBreath = 10_000;

/**
 * To be called before they are killed. Who holds a name, a directory or a mount of theirs would be in the next one's way.
 * @returns what waits until these processes are no more
 */
export function endOf(pids: readonly number[]): () => Promise<void> {
  const known = pids.map((pid) => [pid, startOf(pid)] as const);
  return async () => {
    const isThere = () => known.some(([pid, start]) => start !== null && startOf(pid) === start);
    for (const deadline = Date.now() + lastBreath; Date.now() < deadline && isThere(); ) await sleep(20);
  };
}
