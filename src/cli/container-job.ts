/** What each verb does to one container, and what a time limit means for it. */
import type { ContainerPart } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { containerStates, type EngineOf, killContainer } from "../host/engines.ts";
import { endOf, endUnit, initsOf, type Limit } from "../host/nspawn.ts";
import { SIGKILL } from "../host/signals.ts";
import type { JobState, OnJob, Systemd } from "../host/systemd.ts";
import { asUser } from "./as-user.ts";
import { notRunning } from "./names.ts";
import { printable } from "./report/paint.ts";
import type { Session } from "./session.ts";
import { systemdOf } from "./systemd.ts";

export type JobVerb = "start" | "stop" | "restart" | "reload" | "kill";

export interface Ended {
  readonly isUnderWay: boolean;
  /** Units. */
  readonly killed: readonly string[];
  /** Lines for people. */
  readonly words: readonly string[];
}

export interface JobLimit extends Pick<Limit, "after" | "before"> {
  /** Of kill: another one than SIGKILL. */
  readonly signal?: number;
}

const asItShould: Ended = { isUnderWay: false, killed: [], words: [] };

/** @param signal of kill; SIGKILL where there is none: any other is only sent */
export const endsAtOnce = (signal: number | undefined): boolean => signal === undefined || signal === SIGKILL;

/** @throws StowageError `job-failed`, `not-running` */
export function carryOutJob(
  session: Session,
  verb: JobVerb,
  container: ContainerPart,
  limit: JobLimit,
): Promise<Ended> {
  const systemd = systemdOf(session);
  const { unit } = container;
  switch (verb) {
    case "start":
      return within(limit, container, (onJob) => systemd.start(unit, onJob));
    case "reload":
      return reload(session, systemd, container, limit);
    case "stop":
    case "restart":
      return end(systemd, verb, container, limit);
    case "kill":
      return endsAtOnce(limit.signal) ? kill(systemd, container) : send(systemd, container, limit.signal ?? SIGKILL);
  }
}

async function reload(session: Session, systemd: Systemd, container: ContainerPart, limit: JobLimit): Promise<Ended> {
  const { name, unit, kind } = container;
  if (kind === "system") return within(limit, container, (onJob) => systemd.reload(unit, onJob));
  // As with one that could be reloaded: what does not run is not started by it.
  if ((await systemd.states([unit]))[unit]?.active !== "active") throw notRunning(name);
  session.tell(`${name} is an OCI container, which takes over nothing in place: it is restarted\n`);
  return within(limit, container, (onJob) => systemd.restart(unit, onJob));
}

/** Waits for a job as long as we were told to. It is systemd's, and goes on. */
async function within(
  { after }: JobLimit,
  { name }: ContainerPart,
  job: (onJob: OnJob) => Promise<void>,
): Promise<Ended> {
  let last: JobState | undefined;
  const done = job((state) => {
    last = state;
  });
  if (after === undefined || (await isDone(done, after))) {
    await done;
    return asItShould;
  }
  // Nobody waits for it any more, nor for how it fails.
  done.catch(() => undefined);
  const words = `${name}: not ready within ${after / 1000} s; systemd goes on with it${howItStands(last)}\n`;
  return { isUnderWay: true, killed: [], words: [words] };
}

async function isDone(job: Promise<void>, limit: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, limit, false);
  });
  try {
    return await Promise.race([job.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}

function howItStands(state: JobState | undefined): string {
  if (state === undefined) return "";
  if (state.waitsFor.length > 0) return `, and waits for ${state.waitsFor.join(", ")}`;
  return `: ${state.active} (${state.sub})${state.status === "" ? "" : `, "${printable(state.status)}"`}`;
}

/** Its time over, it is killed: as by `docker stop --time`, and as systemd itself does it in the end. */
async function end(
  systemd: Systemd,
  verb: "stop" | "restart",
  container: ContainerPart,
  { after, before = [] }: JobLimit,
): Promise<Ended> {
  const { name, unit } = container;
  const resultOf = async () => (await systemd.states([unit]))[unit]?.result;
  const resultBefore = verb === "stop" ? await resultOf() : undefined;
  const killed = await endUnit(systemd, verb, unit, {
    before,
    ...(after !== undefined && { after, kill: (one) => killUnit(systemd, one, container) }),
  });
  const resultAfter = verb === "stop" ? await resultOf() : undefined;
  // Whoever ends it means it to be down: to a switch a failed one looks like one that ought to run.
  if (verb === "stop") for (const one of new Set([unit, ...killed])) await systemd.resetFailed(one);
  if (killed.length > 0) {
    const others = killed.filter((one) => one !== unit);
    const what = [...(killed.includes(unit) ? [name] : []), ...others].join(", ");
    return { isUnderWay: false, killed, words: [`${name}: not shut down within ${after! / 1000} s: killed ${what}\n`] };
  }
  // The result of a start that took too long stays on the unit, and says nothing of how it ended now.
  if (resultAfter !== "timeout" || resultBefore === "timeout") return asItShould;
  const words = `${name}: not shut down within the time that its unit allows (TimeoutStopSec=): systemd killed it\n`;
  return { isUnderWay: false, killed: [unit], words: [words] };
}

/** @param container the one whose unit may be an engine's; of the others every process is the unit's, or waits for one that is */
async function killUnit(systemd: Systemd, unit: string, container: ContainerPart): Promise<void> {
  // What an engine runs need not be in the unit's control group.
  const { oci, name } = container;
  if (unit !== container.unit || !oci || !(await isEndedBy(oci, name))) await systemd.kill(unit, SIGKILL);
}

/** @returns whether the engine killed it, or has none that runs: what its unit still does then is no reason to kill that */
async function isEndedBy(engine: EngineOf, name: string): Promise<boolean> {
  try {
    if ((await killContainer(engine, name, SIGKILL, asUser)).status === 0) return true;
    const states = await containerStates(engine, asUser);
    return states !== null && /^(exited|stopped|removing|dead)\b/.test(states.get(name) ?? "removing");
  } catch (error) {
    // It does not answer, or is not there any more.
    if (error instanceof StowageError) return false;
    throw error;
  }
}

/** At once, and gone for good: neither asked to shut down, nor started anew by systemd. */
async function kill(systemd: Systemd, container: ContainerPart): Promise<Ended> {
  const { unit, oci } = container;
  const state = (await systemd.states([unit]))[unit];
  const gone = endOf(initsOf(state?.mainPid ?? 0));
  // First, or the engine's own stop comes in between; systemd starts it anew only after a second.
  if (oci && state?.active === "active") await killUnit(systemd, unit, container);
  await endUnit(systemd, "stop", unit, { after: 0, kill: (one) => killUnit(systemd, one, container) });
  await gone();
  const wasUp = !["inactive", "failed"].includes(state?.active ?? "inactive");
  await systemd.resetFailed(unit);
  return { isUnderWay: false, killed: wasUp ? [unit] : [], words: [] };
}

/** What becomes of it is the container's own affair. */
async function send(systemd: Systemd, { name, unit, oci }: ContainerPart, signal: number): Promise<Ended> {
  if (oci) {
    const { status, stdout, stderr } = await killContainer(oci, name, signal, asUser);
    if (status === 0) return asItShould;
    const message = `${name}: ${(stderr || stdout).trim().split("\n").at(-1) ?? ""}`;
    throw new StowageError({ code: "job-failed", message: printable(message) });
  }
  const state = (await systemd.states([unit]))[unit];
  const inits = initsOf(state?.mainPid ?? 0);
  if (inits.length === 0) throw notRunning(name);
  try {
    for (const pid of inits) process.kill(pid, signal);
  } catch (error) {
    // It has ended since.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") throw notRunning(name);
    throw error;
  }
  return asItShould;
}
