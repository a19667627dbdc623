/** systemd-machined, in our words. Facts: machinectl(1). */
import { run } from "./run.ts";

/**
 * The process id, as the host sees it, of a running machine's PID 1.
 * @returns null where no such machine runs
 */
export async function leaderOf(machine: string): Promise<number | null> {
  const argv = ["machinectl", "show", "--property=Leader", "--value", "--", machine];
  const { status, stdout } = await run(argv, { accept: "any", package: "systemd-container" });
  const pid = Number(stdout.trim());
  return status === 0 && pid > 0 ? pid : null;
}
