/** Why a unit's job failed: state, exit status and last log lines, of the unit or of the companion it was waiting for. */
import type { ContainerPart } from "../compile/generation.ts";
import type { Systemd, UnitState } from "../host/systemd.ts";
import { linesOf, type Unit } from "../units/index.ts";

export interface UnitFailure {
  /** In one line: `container-net@web.service failed: exit status 1`. */
  readonly text: string;
  readonly log: readonly string[];
  /** The unit itself is in the state "failed", not only one that it waits for: a later switch sees that, and why. */
  readonly isItself: boolean;
}

/** How many of a failed unit's last log lines are shown. */
const logLines = 20;

/**
 * A unit with those that live and die with it, and, of a container, those of the containers that it needs, and of what is
 * nobody's alone: the network of OCI containers.
 * @param units all of ours
 */
export function concernedUnits(
  unit: string,
  parts: readonly ContainerPart[],
  units: Readonly<Record<string, Unit>> = {},
): string[] {
  const found = new Set([unit]);
  for (const one of found) {
    for (const needed of neededBy(units[one])) if (Object.hasOwn(units, needed)) found.add(needed);
    for (const part of parts.filter((other) => other.unit === one)) {
      for (const companion of part.companions) found.add(companion);
      for (const needed of parts.filter(({ name }) => part.dependsOn?.includes(name))) found.add(needed.unit);
    }
  }
  return [...found];
}

const neededBy = (unit: Unit | undefined): string[] =>
  linesOf(unit?.sections.Unit?.Requires ?? []).flatMap((line) => line.split(" "));

/**
 * @param units the unit whose job failed, then those that live and die with it
 * @param since when the job began, in milliseconds since 1970
 * @returns null where none of them shows a failure
 */
export async function explainFailure(
  systemd: Pick<Systemd, "states" | "log">,
  units: readonly string[],
  since: number,
): Promise<UnitFailure | null> {
  const states = Object.values(await systemd.states(units));
  return (await explainStates(systemd, states, units[0], since)) ?? triedAgain(systemd, units[0], states, since);
}

/** {@link explainFailure} of units whose jobs nobody has waited for: one that is starting is none that has failed. */
export async function explainFailed(
  systemd: Pick<Systemd, "states" | "log">,
  units: readonly string[],
  since: number,
): Promise<UnitFailure | null> {
  return explainStates(systemd, Object.values(await systemd.states(units)), units[0], since);
}

async function explainStates(
  systemd: Pick<Systemd, "log">,
  states: readonly UnitState[],
  unit: string | undefined,
  since: number,
): Promise<UnitFailure | null> {
  const failed = states.filter((state) => state.active === "failed" || state.result !== "success");
  if (failed.length === 0) return null;
  const log = await systemd.log(
    failed.map((state) => state.unit),
    { lines: logLines, since },
  );
  const isItself = failed.some((state) => state.unit === unit && state.active === "failed");
  return { text: failed.map(describeFailure).join("; "), log, isItself };
}

/**
 * With what its health check said, which the container's own end may have put far behind: its console has many lines.
 * @param part of the unit whose job failed
 */
export async function withHealth(
  systemd: Pick<Systemd, "log">,
  part: ContainerPart | undefined,
  since: number,
  failure: UnitFailure,
): Promise<UnitFailure> {
  if (part?.health === undefined) return failure;
  const said = await systemd.log([part.unit], { lines: logLines, since, priority: "notice" });
  const missing = said.filter((line) => / healthy\b/.test(line) && !failure.log.includes(line));
  return { ...failure, log: [...missing, ...failure.log] };
}

/** A unit that systemd has begun to start anew no longer says how it ended; its log does. */
async function triedAgain(
  systemd: Pick<Systemd, "log">,
  unit: string | undefined,
  states: readonly UnitState[],
  since: number,
): Promise<UnitFailure | null> {
  if (unit === undefined || !states.some((state) => state.unit === unit && state.active === "activating")) return null;
  const log = await systemd.log([unit], { lines: logLines, since });
  return { text: `${unit} failed, and is being started again`, log, isItself: false };
}

/** Why a job of a unit failed that runs all the same: only a reload does that. null where it does not run. */
export async function explainReload(
  systemd: Pick<Systemd, "states" | "log">,
  unit: string,
  since: number,
): Promise<UnitFailure | null> {
  if ((await systemd.states([unit]))[unit]?.active !== "active") return null;
  const log = await systemd.log([unit], { lines: logLines, since });
  return { text: `${unit} runs, and did not take over what changed`, log, isItself: false };
}

/** systemd's result words, for people. Facts: systemd.service(5), $SERVICE_RESULT. */
export function describeFailure(state: UnitState): string {
  // systemd starts it anew by itself: it has failed all the same.
  const what = state.active === "activating" ? "failed, and is being started again" : state.active;
  switch (state.result) {
    case "exit-code":
      return `${state.unit} ${what}: exit status ${state.exitStatus}`;
    case "signal":
    case "core-dump":
      return `${state.unit} ${what}: ended by signal ${state.exitStatus}`;
    case "timeout":
      return `${state.unit} ${what}: not done in time`;
    case "start-limit-hit":
      return `${state.unit} ${what}: started too often within a short time`;
    case "resources":
      return `${state.unit} ${what}: systemd could not set it up`;
    default:
      return `${state.unit} ${what} (${state.result})`;
  }
}
