/** Why a running container did not take over what is declared: units inside, with their last log lines. */
import type { ContainerPart } from "../compile/generation.ts";
import type { Systemd, UnitState } from "../host/systemd.ts";
import { notRightInside, systemdInside } from "../host/take-over.ts";
import { explainFailed, type UnitFailure } from "./explain.ts";

/** What the program says itself, where no unit failed. */
const logLines = 10;

type Asked = Pick<Systemd, "states" | "log">;

/** The machine itself; what it says is its own words. */
export interface Inside {
  /** Units that are not as they should be after the last time. */
  notRight(): Promise<string[]>;
  readonly systemd: Asked;
}

const insideOf = (name: string): Inside => ({
  notRight: () => notRightInside(name).catch(() => []),
  systemd: systemdInside(name),
});

/**
 * @param since when the job began, in milliseconds since 1970
 * @returns null where the container does not run
 */
export async function explainInside(
  systemd: Asked,
  { name, unit }: Pick<ContainerPart, "name" | "unit">,
  since: number,
  inside: Inside = insideOf(name),
): Promise<UnitFailure | null> {
  if ((await systemd.states([unit]))[unit]?.active !== "active") return null;
  const units = await inside.notRight();
  const found = units.length === 0 ? null : await explainUnits(inside.systemd, units, since).catch(() => null);
  // A later switch sees the order, whatever went wrong.
  const isItself = true;
  if (found !== null) return { text: `inside ${name}: ${found.text}`, log: found.log, isItself };
  const log = await systemd.log([unit], { lines: logLines, since });
  if (units.length === 0) return { text: `container ${name} could not take over what is declared`, log, isItself };
  return { text: `inside ${name}: ${units.join(", ")} ${units.length === 1 ? "does" : "do"} not run`, log, isItself };
}

/** Those that failed; else those that do not run yet, or not at all. null: all run by now. */
async function explainUnits(systemd: Asked, units: readonly string[], since: number) {
  const failure = await explainFailed(systemd, units, since);
  if (failure !== null) return failure;
  const idle = Object.values(await systemd.states(units)).filter(({ active }) => active !== "active");
  if (idle.length === 0) return null;
  const names = idle.map(({ unit }) => unit);
  return { text: idle.map(describeIdle).join("; "), log: await systemd.log(names, { lines: logLines, since }) };
}

const describeIdle = ({ unit, active, sub }: UnitState): string =>
  active === "activating" ? `${unit} is still starting (${sub})` : `${unit} does not run (${active})`;
