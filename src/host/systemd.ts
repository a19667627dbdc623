/**
 * systemd, in our words: over its own socket (`dbus/`), or through its programs where that cannot be reached, and inside
 * of a machine. No policy here.
 * Facts: systemctl(1), journalctl(1), org.freedesktop.systemd1(5), sd_booted(3).
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StowageError } from "../error.ts";
import { type RunOptions, type RunResult, run } from "./run.ts";
import { statesOf } from "./unit-states.ts";

export interface UnitState {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** ActiveState: `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`. */
  readonly active: string;
  readonly sub: string;
  /** `success`, `exit-code`, `signal`, `timeout`, … */
  readonly result: string;
  /** 0 where there is none, also while the unit activates. */
  readonly mainPid: number;
  /** Exit status of the last main process, or of the command around it that failed; a number of a signal for one. */
  readonly exitStatus: number;
  /** When the unit became active, in milliseconds since 1970; null where it is not. */
  readonly since: number | null;
  /** Of this run of the unit, 32 hex digits; "" where it never ran. */
  readonly invocation: string;
  /** Of a unit that activates: how often systemd has started it anew by itself, since somebody started it. */
  readonly restarts?: number;
}

export type Activity = Pick<UnitState, "active" | "sub">;

/** How a job that is under way stands, and the unit that it is about. */
export interface JobState {
  readonly unit: string;
  /** ActiveState and SubState, such as `activating` and `start-pre`. */
  readonly active: string;
  readonly sub: string;
  /** What its main process says of itself (STATUS= of sd_notify(3)), which is a container's own words; "" where it says nothing. */
  readonly status: string;
  /** Where the job has not begun: the units whose jobs it waits for, sorted. Empty while it runs. */
  readonly waitsFor: readonly string[];
}

/** Told when a job begins and whenever its state changes. Never called where systemd is asked through its programs. */
export type OnJob = (state: JobState) => void;

export interface Systemd {
  daemonReload(): Promise<void>;
  /** Each of these waits until the job is done. @throws StowageError `job-failed` */
  start(unit: string, onJob?: OnJob): Promise<void>;
  stop(unit: string, onJob?: OnJob): Promise<void>;
  restart(unit: string, onJob?: OnJob): Promise<void>;
  reload(unit: string, onJob?: OnJob): Promise<void>;
  /** Sends a signal to all processes of a unit. One that has none, or is not loaded, is no failure. */
  kill(unit: string, signal: number): Promise<void>;
  /** Waits for no job any more: they go on without us, and whoever waits for one gets no answer. */
  leave(): void;
  /**
   * Moves our own process into a scope of its own, so that the end of the session or service that started it does not
   * end it. Done when it is there.
   * @param scope its whole name, `stowage-switch-1234.scope`; one that is free
   * @throws StowageError `no-scope`
   */
  ownScope(scope: string, description: string): Promise<void>;
  /** Forgets that it failed. One that did not, or is not loaded, is no failure. */
  resetFailed(unit: string): Promise<void>;
  /**
   * Whether units run, by name: one call whose cost does not depend on how many are asked for, where {@link states}
   * costs systemd a millisecond for each.
   */
  activity(units: readonly string[]): Promise<Readonly<Record<string, Activity>>>;
  /** States of many units at once, by name. A unit that systemd does not know is `inactive`, `not-found`. */
  states(units: readonly string[]): Promise<Readonly<Record<string, UnitState>>>;
  /** When it last began to read, or had read, all unit files: microseconds of CLOCK_MONOTONIC; 0 where it does not say. */
  unitsReadAt(): Promise<number>;
  /** The last log lines of some units, oldest first. */
  log(units: readonly string[], options: LogOptions): Promise<string[]>;
}

export interface LogOptions {
  readonly lines: number;
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** Only what is of this weight, or more; default: all. journalctl(1), --priority= */
  readonly priority?: "notice";
}

/** Whether the machine runs systemd. sd_booted(3): the directory exists exactly then. */
export const isBooted = (): boolean => existsSync("/run/systemd/system");

type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

/**
 * The machine's own systemd: over its socket, which is loaded and reached when first asked; where that cannot be, through its programs.
 * @param onPrograms told why it is asked through its programs
 */
export function hostSystemd(onPrograms: (why: string) => void = () => undefined): Systemd {
  let chosen: Promise<Systemd> | undefined;
  const choose = async () => {
    const programs = systemctl();
    // The socket is root's; others are let in by the bus, which systemctl knows how to ask.
    if (process.geteuid?.() !== 0) return programs;
    const { overSocket } = await import("./dbus/index.ts");
    return overSocket(programs).catch((error: unknown) => {
      onPrograms(error instanceof Error ? error.message : `${error}`);
      return programs;
    });
  };
  const systemd = () => {
    chosen ??= choose();
    return chosen;
  };
  return {
    daemonReload: async () => (await systemd()).daemonReload(),
    start: async (unit, onJob) => (await systemd()).start(unit, onJob),
    stop: async (unit, onJob) => (await systemd()).stop(unit, onJob),
    restart: async (unit, onJob) => (await systemd()).restart(unit, onJob),
    reload: async (unit, onJob) => (await systemd()).reload(unit, onJob),
    kill: async (unit, signal) => (await systemd()).kill(unit, signal),
    leave: () => void chosen?.then((systemd) => systemd.leave()),
    resetFailed: async (unit) => (await systemd()).resetFailed(unit),
    ownScope: async (scope, description) => (await systemd()).ownScope(scope, description),
    activity: async (units) => (await systemd()).activity(units),
    states: async (units) => (await systemd()).states(units),
    unitsReadAt: async () => (await systemd()).unitsReadAt(),
    log: async (units, options) => (await systemd()).log(units, options),
  };
}

/** The system's own manager, through its programs. `program` is replaced in tests. */
export function systemctl(program: Run = run): Systemd {
  const left = new AbortController();
  const job = async (verb: string, unit: string) => {
    const options = { accept: "any", package: "systemd", signal: left.signal } as const;
    const result = await program(["systemctl", verb, "--", unit], options);
    if (left.signal.aborted) return new Promise<never>(() => undefined);
    if (result.status !== 0) throw jobFailed(verb, unit, result);
  };
  return {
    daemonReload: async () => void (await program(["systemctl", "daemon-reload"], { package: "systemd" })),
    start: (unit) => job("start", unit),
    stop: (unit) => job("stop", unit),
    restart: (unit) => job("restart", unit),
    reload: (unit) => job("reload", unit),
    kill: async (unit, signal) =>
      void (await program(["systemctl", "kill", `--signal=${signal}`, "--", unit], {
        accept: "any",
        package: "systemd",
      })),
    leave: () => left.abort(),
    resetFailed: async (unit) =>
      void (await program(["systemctl", "reset-failed", "--", unit], { accept: "any", package: "systemd" })),
    ownScope: (scope, description) => ownScopeBy(program, scope, description),
    activity: (units) => activityOf(program, units),
    states: (units) => statesOf(program, units),
    unitsReadAt: () => unitsReadAtBy(program),
    log: (units, options) => lastLines(program, units, options),
  };
}

/** Milliseconds that systemd may take to move us. */
const movePatience = 10_000;

async function ownScopeBy(program: Run, scope: string, description: string): Promise<void> {
  const pid = `${process.pid}`;
  const call = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"];
  const about = [
    "3",
    "Description",
    "s",
    description,
    "PIDs",
    "au",
    "1",
    pid,
    "CollectMode",
    "s",
    "inactive-or-failed",
  ];
  const argv = ["busctl", "call", ...call, "StartTransientUnit", "ssa(sv)a(sa(sv))", scope, "fail", ...about, "0"];
  const { status, stderr } = await program(argv, { accept: "any", package: "systemd", timeout: movePatience });
  if (status !== 0) throw noScope(scope, stderr.trim());
  await inScope(scope);
}

/** systemd has answered when the job is queued; we are moved when it runs. */
export async function inScope(scope: string): Promise<void> {
  for (const deadline = Date.now() + movePatience; !isInScope(readFileSync("/proc/self/cgroup", "utf8"), scope); ) {
    if (Date.now() > deadline) throw noScope(scope, `systemd did not move us within ${movePatience / 1000} s`);
    await sleep(5);
  }
}

/** @param cgroups contents of /proc/self/cgroup, see cgroups(7) */
export const isInScope = (cgroups: string, scope: string): boolean =>
  cgroups.split("\n").some((line) => line.split("/").includes(scope));

export const noScope = (scope: string, why: string): StowageError =>
  new StowageError({ code: "no-scope", message: `systemd did not make ${scope}`, details: [why] });

async function activityOf(program: Run, units: readonly string[]): Promise<Record<string, Activity>> {
  const argv = ["systemctl", "list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager"];
  const { stdout } = await program(argv, { package: "systemd" });
  const loaded = new Map<string, Activity>();
  for (const line of stdout.split("\n")) {
    const [unit, , active, sub] = line.trim().split(/ +/);
    if (unit !== undefined && active !== undefined && sub !== undefined) loaded.set(unit, { active, sub });
  }
  // What is not loaded does not run, and has not failed: a failed unit stays loaded.
  return Object.fromEntries(units.map((unit) => [unit, loaded.get(unit) ?? { active: "inactive", sub: "dead" }]));
}

/** org.freedesktop.systemd1(5), of the manager. */
export const readingTimes = ["UnitsLoadTimestampMonotonic", "UnitsLoadStartTimestampMonotonic"] as const;

async function unitsReadAtBy(program: Run): Promise<number> {
  const argv = ["systemctl", "show", `--property=${readingTimes.join(",")}`];
  const { stdout } = await program(argv, { accept: "any", package: "systemd" });
  return Math.max(0, ...[...stdout.matchAll(/^\w+=(\d+)$/gm)].map(([, microseconds]) => Number(microseconds)));
}

async function lastLines(program: Run, units: readonly string[], options: LogOptions) {
  // What a unit said just before it died may still be on its way.
  await program(["journalctl", "--sync"], { accept: "any", package: "systemd" });
  const argv = ["journalctl", "--quiet", "--no-pager", "--output=cat", `--lines=${options.lines}`];
  if (options.priority !== undefined) argv.push(`--priority=${options.priority}`);
  if (options.since !== undefined) argv.push(`--since=@${(options.since / 1000).toFixed(3)}`);
  const { stdout } = await program([...argv, ...units.map((unit) => `--unit=${unit}`)], { accept: "any" });
  return stdout.split(/\r*\n/).filter((line) => line !== "");
}

/** systemctl's own first words; its advice what to type next is left out: the report has that already. */
function jobFailed(verb: string, unit: string, result: RunResult): StowageError {
  const said = result.stderr.split("\n").filter((line) => line !== "" && !/^(See|Hint:|Use) /.test(line));
  const cause = (said[0] ?? `systemctl failed with exit status ${result.status}`).replace(/\s+See .*$/, "");
  return new StowageError({
    code: "job-failed",
    message: `${unit}: ${verb} failed: ${cause.replace(/\.$/, "")}`,
    details: said.slice(1),
  });
}
