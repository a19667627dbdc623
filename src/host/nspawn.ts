/** A running systemd-nspawn, beyond what systemd says of its unit. Facts: systemd(1) "SIGNALS", signal(7), pid_namespaces(7). */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { OnJob, Systemd } from "./systemd.ts";

/** SIGRTMIN+3: the init inside starts its halt.target. glibc's SIGRTMIN is 34. */
const haltSignal = 37;
/** Milliseconds between two requests to halt. */
const patience = 300;

/**
 * Stops a unit and waits, also one whose systemd-nspawn has only just been started. systemd asks the init inside to
 * halt once; the kernel drops that signal while the init has no handler for it yet, and nobody asks again until the
 * stop times out and everything is killed. So it is asked again until the unit has stopped; asking twice does no harm.
 * @throws StowageError `job-failed`
 */
export async function stopUnit(systemd: Systemd, unit: string, onJob?: OnJob): Promise<void> {
  const starting = (await systemd.states([unit]))[unit]?.active === "activating";
  if (!starting) return systemd.stop(unit, onJob);
  let ended = false;
  const stopped = systemd.stop(unit, onJob).finally(() => {
    ended = true;
  });
  while (!ended) {
    await Promise.race([stopped.catch(() => undefined), sleep(patience)]);
    const state = (await systemd.states([unit]))[unit];
    if (!ended && state?.active === "deactivating") for (const init of initsOf(state.mainPid)) askToHalt(init);
  }
  return stopped;
}

function askToHalt(pid: number): void {
  try {
    process.kill(pid, haltSignal);
  } catch {
    // It has ended: what was asked for.
  }
}

/** Children of a systemd-nspawn that are PID 1 of a namespace of their own. */
function initsOf(nspawn: number): number[] {
  try {
    if (nspawn === 0 || readFileSync(`/proc/${nspawn}/comm`, "utf8") !== "systemd-nspawn\n") return [];
    const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, "utf8").split(" ");
    return children.map(Number).filter((pid) => pid > 1 && /^NSpid:.*\s1$/m.test(readStatus(pid)));
  } catch {
    return [];
  }
}

const readStatus = (pid: number): string => readFileSync(`/proc/${pid}/status`, "utf8");
