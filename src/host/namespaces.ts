/** Programs that see a machine of their own. */
import { type RunOptions, type RunResult, run } from "./run.ts";

const unshare = ["unshare", "-m", "-p", "-f", "-i", "-u", "-n", "--kill-child", "--mount-proc"];

/**
 * Runs a program in private namespaces: mounts and processes end with it, and it ends with us, however we end. No network.
 * Every status is an answer.
 */
export function inNamespaces(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const start = ["setpriv", "--pdeathsig", "KILL", "--", ...unshare, "--propagation", "private", "--"];
  return run([...start, ...argv], { accept: "any", package: "util-linux", ...options });
}
