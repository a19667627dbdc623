/** What the program `take-over` (src/systems) is asked, and what it remembers, inside a running machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { StowageError } from "../error.ts";
import { insideCommand, transientName } from "./inside.ts";
import { run } from "./run.ts";
import { type Systemd, systemctl } from "./systemd.ts";

/** One at a time: systemd refuses a second unit of this name. Also the name to look for in the machine's journal. */
const unit = "stowage-take-over.service";

/**
 * The command that runs the program by the machine's own systemd, in its namespaces, as its root.
 * @param program absolute path inside
 */
export function takeOverCommand(machine: string, program: string): string[] {
  const start = ["--quiet", "--pipe", "--wait", "--collect", `--unit=${unit}`, "--service-type=oneshot"];
  return ["/usr/bin/systemd-run", `--machine=${machine}`, ...start, "--", program];
}

/** Milliseconds: units inside have their own limits, this one is for a machine that never answers. */
const patience = 600_000;

/** One that a killed switch began goes on by itself, and is waited for. @throws StowageError `command-failed` */
export async function stopOldInside(machine: string, program: string, invocation: string): Promise<void> {
  const argv = [...takeOverCommand(machine, program), invocation, "stop"];
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
  systemctl((argv, options) =>
    run(insideCommand(machine, transientName(), argv, { terminal: false, unlogged: true }), {
      timeout: 10_000,
      ...options,
    }),
  );

async function remembered(machine: string, file: string): Promise<string> {
  const command = insideCommand(machine, transientName(), ["cat", `/run/stowage/${file}`], {
    terminal: false,
    unlogged: true,
  });
  const { status, stdout } = await run(command, { accept: "any", timeout: 10_000 });
  return status === 0 ? stdout : "";
}

/** The toplevel that was taken over last since the machine was started; null: none, or nobody answers. */
export async function takenInside(machine: string): Promise<string | null> {
  return (await remembered(machine, "taken")).split("\n")[0] || null;
}

/** Units inside that are not as they should be after the last time. */
export async function notRightInside(machine: string): Promise<string[]> {
  const lines = (await remembered(machine, "todo")).split("\n");
  return lines.flatMap((line) => /^(?:start|restart|reload) ([\w:.\\@-]{1,255})$/.exec(line)?.[1] ?? []);
}
