/** start, stop, restart, reload and kill: a job of systemd's for each container, all at once, and an exact word on each that fails. */
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { holderAt, holderText, sinceText } from "../store/holder.ts";
import { type Along, type Doing, takenAlong } from "./along.ts";
import { requireBooted } from "./booted.ts";
import { carryOutJob, type Ended, endsAtOnce, type JobVerb } from "./container-job.ts";
import { currentOf } from "./current.ts";
import { exitCodes } from "./exit-codes.ts";
import type { JsonFlag } from "./flags.ts";
import { failureOf } from "./job-failure.ts";
import { containersOf, findContainers } from "./names.ts";
import { failureText } from "./report/failure.ts";
import { type ContainerState, stateWord } from "./report/words.ts";
import { requireRoot, type Session, type SharedFlags } from "./session.ts";
import { systemdOf } from "./systemd.ts";

export type JobFlags = SharedFlags &
  JsonFlag & {
    /** Seconds. */
    readonly timeout?: number;
  };

export type KillFlags = SharedFlags & JsonFlag & { readonly signal?: number };

/** What became of one: the document of `--json`. */
export interface Outcome {
  readonly name: string;
  readonly unit: string;
  /** "under-way": the time of --timeout was over before it was done, and systemd goes on. */
  readonly result: "done" | "failed" | "under-way";
  /** As `list` has it, when all were done. */
  readonly state: ContainerState;
  /** It, or what had to be ended before it, was not shut down in time, or not to be: it was killed. */
  readonly killed: boolean;
  /** Further containers that systemd was to start or end with it. */
  readonly along: readonly string[];
  readonly milliseconds: number;
  readonly failure: { readonly text: string; readonly log: readonly string[] } | null;
}

export async function containerJobs(
  session: Session,
  verb: JobVerb,
  flags: JobFlags,
  names: readonly string[],
  signal?: number,
): Promise<number> {
  requireRoot(session, verb);
  requireBooted();
  const current = currentOf(session);
  const containers = findContainers(current, names);
  tellHolder(session, verb);
  const parts = containersOf(current);
  const doing = { verb, ends: endsAtOnce(signal) };
  const along = await alongWith(session, doing, parts, containers);
  for (const one of along) session.tell(alongText(verb, one));
  const done = goesOnWithoutUs(session);
  try {
    const ended = await Promise.all(
      containers.map((container) => {
        const own = takenAlong(doing, parts, [container]).map(({ name }) => name);
        const its = along.filter(({ name }) => own.includes(name));
        return oneJob(session, verb, { flags, along: its, current, container, signal });
      }),
    );
    const outcomes = await withStates(session, ended);
    if (flags.json) session.print(`${JSON.stringify(outcomes, null, 2)}\n`);
    return outcomes.every(({ result }) => result === "done") ? exitCodes.done : exitCodes.unitsFailed;
  } finally {
    // What is still under way does not keep us.
    systemdOf(session).leave();
    done();
  }
}

interface Asked {
  readonly flags: JobFlags;
  /** Of all that go along, those that do because of this one. */
  readonly along: readonly Along[];
  readonly current: Generation | null;
  readonly container: ContainerPart;
  readonly signal: number | undefined;
}

async function oneJob(session: Session, verb: JobVerb, asked: Asked): Promise<Omit<Outcome, "state">> {
  const { container, current, along, flags, signal } = asked;
  const { name, unit } = container;
  const began = Date.now();
  const parts = containersOf(current);
  const ends = verb === "stop" || verb === "restart";
  const before = ends ? along.flatMap((one) => parts[one.name]?.unit ?? []) : [];
  const outcome = (ended: Ended, failure: Outcome["failure"]) => ({
    name,
    unit,
    result: failure !== null ? ("failed" as const) : ended.isUnderWay ? ("under-way" as const) : ("done" as const),
    killed: ended.killed.length > 0,
    along: along.map((one) => one.name),
    milliseconds: Date.now() - began,
    failure,
  });
  const limit = flags.timeout === undefined ? {} : { after: flags.timeout * 1000 };
  try {
    const ended = await carryOutJob(session, verb, container, { ...limit, before, ...(signal && { signal }) });
    if (session.verbose && !ended.isUnderWay) session.tell(`${name}: ${verb} took ${Date.now() - began} ms\n`);
    for (const line of ended.words) session.tell(line);
    return outcome(ended, null);
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const failure = await failureOf(session, verb, container, current, began, error);
    const text = `${verb} ${name}: ${failure.text}`;
    session.io.stderr.write(failureText({ ...failure, text }, session.paintErr));
    return outcome({ isUnderWay: false, killed: [], words: [] }, failure);
  }
}

async function withStates(session: Session, ended: readonly Omit<Outcome, "state">[]): Promise<Outcome[]> {
  const states = await systemdOf(session).states(ended.map(({ unit }) => unit));
  return ended.map(({ name, unit, result, ...rest }) => ({
    name,
    unit,
    result,
    state: stateWord(states[unit]),
    ...rest,
  }));
}

/** Of those that systemd takes along because of what needs what, the ones that it makes a difference to. */
async function alongWith(
  session: Session,
  doing: Doing,
  parts: Readonly<Record<string, ContainerPart>>,
  containers: readonly ContainerPart[],
): Promise<Along[]> {
  const names = containers.map(({ name }) => name);
  const found = takenAlong(doing, parts, containers);
  const others = found.filter(({ name }) => !names.includes(name) && parts[name] !== undefined);
  if (others.length === 0) return [];
  const units = others.map(({ name }) => parts[name]?.unit ?? "");
  const activity = await systemdOf(session).activity(units);
  const isUp = (unit: string) => !["inactive", "failed"].includes(activity[unit]?.active ?? "inactive");
  return others.filter((_, index) => isUp(units[index] ?? "") !== (doing.verb === "start"));
}

const done: Readonly<Record<JobVerb, string>> = {
  start: "started",
  stop: "stopped",
  restart: "restarted",
  reload: "restarted",
  kill: "stopped",
};

const alongText = (verb: JobVerb, { name, because }: Along): string =>
  verb === "start"
    ? `${name} is started, too: ${because} needs it\n`
    : `${name} is ${done[verb]}, too: it needs ${because}\n`;

/** It is not waited for: a container that never becomes ready is what a switch may hang at. */
function tellHolder(session: Session, verb: JobVerb): void {
  const holder = holderAt(`${session.layout.run}/lock`);
  if (holder === null) return;
  session.tell(
    `note: ${holderText(holder)} is changing this machine${sinceText(holder)}: it may start or stop containers after this ${verb}\n`,
  );
}

/** An interrupt ends the waiting; what systemd was asked to do is its own. */
function goesOnWithoutUs(session: Session): () => void {
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    session.io.stderr.write("\ninterrupted: what systemd was asked to do goes on\n");
    process.exit(signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
}
