/** Health of a system container: checks are run inside by its own systemd. Facts: systemd-run(1), systemd.exec(5). */
import type { Layout } from "../../store/layout.ts";
import { type Exec, secondsOf, type UnitSection } from "../../units/index.ts";
import { type Checked, type Health, healthUnit, readyCommand, startTimeout } from "../health.ts";
import { containerUnit, type SystemContainer } from "./container.ts";

/** Null for one without a check. */
export function checkedContainer({ name, health }: SystemContainer): Checked | null {
  if (health === null) return null;
  return { name, unit: containerUnit(name), health, runs: {}, check: insideCommand(name, health), stop: [] };
}

/** How long its start may take, and the command that makes it wait until the check has passed. */
export function startAndReadiness(layout: Layout, container: SystemContainer): UnitSection & { ExecStartPost?: Exec } {
  const { timeoutStartSec } = container;
  const checked = checkedContainer(container);
  if (checked === null) return { TimeoutStartSec: timeoutStartSec };
  const declared = secondsOf(timeoutStartSec);
  return {
    // systemd applies it to each command of the start.
    TimeoutStartSec: Number.isFinite(declared) ? startTimeout(declared, checked.health) : timeoutStartSec,
    ExecStartPost: readyCommand(layout, checked),
  };
}

export const healthWants = ({ name, health }: SystemContainer): string[] => (health === null ? [] : [healthUnit(name)]);

/**
 * In the container's own control groups, so that a check that hangs ends with it, or earlier by its time; and without a word
 * in its journal of each. A `$` of an argument would be replaced by systemd, one of the program's name never is: that is said
 * to env(1).
 */
const insideCommand = (name: string, { command, timeout }: Health): string[] => [
  "/usr/bin/systemd-run",
  `--machine=${name}`,
  "--quiet",
  "--pipe",
  "--wait",
  "--collect",
  "--service-type=exec",
  "--property=LogLevelMax=notice",
  `--property=RuntimeMaxSec=${timeout}s`,
  // Of a check that does not end by SIGTERM; systemd would wait for 90.
  "--property=TimeoutStopSec=5s",
  "--",
  ...(command[0]?.includes("$") ? ["env", "--"] : []),
  ...command.map((word) => word.replaceAll("$", "$$$$")),
];
