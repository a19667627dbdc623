/**
 * Jobs for systemd while it boots: put into its queue and not waited for, since we are before them in it ourselves.
 * Facts: systemctl(1), "--no-block", "is-system-running", "list-jobs".
 */
import { type RunOptions, type RunResult, run } from "./run.ts";

type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** Milliseconds. systemd answers at once, or never. */
const limit = 60_000;

/** @returns what systemd said of those that it would not have; nothing where all are queued */
export async function enqueue(verb: "start" | "stop", units: readonly string[], program: Run = run): Promise<string[]> {
  if (units.length === 0) return [];
  const argv = ["systemctl", verb, "--no-block", "--", ...units];
  const { stderr } = await program(argv, { accept: "any", timeout: limit, package: "systemd" });
  return stderr.split("\n").filter((line) => line !== "" && !/^(See|Hint:) /.test(line));
}

/** Whether the boot has not come to its end: systemd still works off what it began with. */
export async function isBooting(program: Run = run): Promise<boolean> {
  const argv = ["systemctl", "is-system-running"];
  const { stdout } = await program(argv, { accept: "any", timeout: limit, package: "systemd" });
  return ["initializing", "starting"].includes(stdout.trim());
}

/** Units that are up, or about to be started. */
export async function upOrQueued(units: readonly string[], program: Run = run): Promise<Set<string>> {
  if (units.length === 0) return new Set();
  const argv = ["systemctl", "show", "--property=Id,ActiveState,Job", "--", ...units];
  const { stdout } = await program(argv, { timeout: limit, package: "systemd" });
  const blocks = stdout.split("\n\n");
  return new Set(units.filter((_, index) => isUpOrQueued(blocks[index] ?? "")));
}

const isUpOrQueued = (block: string): boolean =>
  /^ActiveState=(active|activating|reloading)$/m.test(block) || /^Job=[1-9]/m.test(block);
