/** What the program `take-over` (src/systems) is asked, and what it remembers, inside a running machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { StowageError } from "../error.ts";
import { askInside } from "./inside.ts";
import { run } from "./run.ts";
import { type Systemd, systemctl } from "./systemd.ts";

/** Milliseconds: units inside have their own limits, this one is for a machine that never answers. */
const patience = 600_000;

/**
 * Runs the program, in the unit of which there is one at a time: one that a killed switch began goes on by itself, and is
 * waited for.
 * @throws StowageError `command-failed`
 */
export async function takeOverInside(argv: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + patience; ; ) {
    try {
      await run(argv, { package: "systemd", timeout: patience });
      return;
    } catch (error) {
      if (!isUnderWay(error) || Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

const isUnderWay = (error: unknown): boolean =>
  error instanceof StowageError &&
  error.problems.some(({ details = [] }) => details.some((line) => /^Failed .* already (loaded|exists)/.test(line)));

/** The machine's own systemd. What it says is the machine's to choose. */
export const systemdInside = (machine: string): Systemd =>
  systemctl((argv, options) => askInside(machine, argv, options));

async function remembered(machine: string, file: string): Promise<string> {
  const { status, stdout } = await askInside(machine, ["cat", `/run/stowage/${file}`], { accept: "any" });
  return status === 0 ? stdout : "";
}

/** The toplevel that was taken over last since the machine was started; null: none, or nobody answers. */
export async function takenInside(machine: string): Promise<string | null> {
  return (await remembered(machine, "taken")).split("\n")[0] || null;
}

/** Units inside that are not as they should be after the last time. */
export async function notRightInside(machine: string): Promise<string[]> {
  const lines = (await remembered(machine, "todo")).split("\n");
  return lines.flatMap((line) => /^(?:run|start|restart|reload) ([\w:.\\@-]{1,255})$/.exec(line)?.[1] ?? []);
}
