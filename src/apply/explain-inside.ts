/** Why a running container did not take over what is declared: units inside, with their last log lines. */
import type { ContainerPart } from "../compile/generation.ts";
import type { Systemd } from "../host/systemd.ts";
import { notRightInside, systemdInside } from "../host/take-over.ts";
import { explainFailure, type UnitFailure } from "./explain.ts";

/** What the program says itself, where no unit failed. */
const logLines = 10;

/**
 * @param since when the job began, in milliseconds since 1970
 * @returns null where the container does not run
 */
export async function explainInside(
  systemd: Pick<Systemd, "states" | "log">,
  { name, unit }: Pick<ContainerPart, "name" | "unit">,
  since: number,
): Promise<UnitFailure | null> {
  if ((await systemd.states([unit]))[unit]?.active !== "active") return null;
  // Everything from here on is in the container's words.
  const units = await notRightInside(name).catch(() => []);
  const failure = units.length === 0 ? null : await explainFailure(systemdInside(name), units, since).catch(() => null);
  // A later switch sees the order, whatever went wrong.
  const isItself = true;
  if (failure !== null) return { text: `inside ${name}: ${failure.text}`, log: failure.log, isItself };
  const log = await systemd.log([unit], { lines: logLines, since });
  if (units.length === 0) return { text: `container ${name} could not take over what is declared`, log, isItself };
  return { text: `inside ${name}: ${units.join(", ")} ${units.length === 1 ? "does" : "do"} not run`, log, isItself };
}
