/** Stops a command after each of its calls that change a file system, all of its processes included, and lets it go on. */
import { execFileSync, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Result } from "../../../lab/exec.ts";
import type { Machine } from "../harness.ts";

/** After these there is more on the disk than before, if nothing gets there by itself. */
export const syncing = "fsync,?fdatasync,syncfs";

/** After these there may be. With those of other architectures; see strace(1) for the question marks. */
export const naming = "?rename,renameat,renameat2,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,?symlink,symlinkat";

export interface Cuts {
  /** Names of system calls, as strace(1) takes them. */
  readonly at: string;
  /**
   * The command does not go on before this has returned.
   * @param call as strace(1) shows it: the name of the call and what it was given
   */
  readonly onStop: (call: string) => void;
  /** The calls do nothing, and say that all is well. */
  readonly areVoid?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command in the machine. The signal comes as a call begins, and stops the process when it has been made. */
export async function runWithStops(host: Machine, argv: readonly string[], cuts: Cuts): Promise<Result> {
  const pipe = join(host.lab.directory, "var/machines/trace");
  rmSync(pipe, { force: true });
  execFileSync("mkfifo", [pipe]);
  // Not opened here: a read from a pipe that nobody opens to write could not be given up.
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] });
  const goOn = followStops(host, createInterface({ input: reader.stdout }), cuts);
  // Not with --seccomp-bpf, which is faster: then strace 6.1 injects no signal.
  const inject = `inject=${cuts.at}:${cuts.areVoid ? "retval=0:" : ""}signal=SIGSTOP:when=1+1`;
  const strace = ["strace", "-f", "-y", "-qq", "-e", `trace=${cuts.at}`, "-e", "signal=STOP", "-e", inject];
  try {
    const result = await host.run([...strace, "-o", "/var/lib/machines/trace", "--", ...argv], {
      timeout: 120_000,
      ...(cuts.env && { env: cuts.env }),
    });
    await goOn;
    return result;
  } finally {
    reader.kill("SIGKILL");
    rmSync(pipe, { force: true });
  }
}

/** @param lines `<process> <call>(…) = …`, and for each stop the signal as it comes, and that the process has stopped */
async function followStops(host: Machine, lines: AsyncIterable<string>, { onStop }: Cuts): Promise<void> {
  const last = new Map<string, string>();
  const signalled = new Set<string>();
  for await (const line of lines) {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.startsWith("--- SIGSTOP")) signalled.add(pid);
    else if (!text.startsWith("---")) last.set(pid, text);
    // All threads of a process say that they have stopped; the signal was sent to one.
    else if (text.startsWith("--- stopped by SIGSTOP") && signalled.delete(pid)) {
      onStop(last.get(pid) ?? "");
      await host.must(["kill", "-CONT", pid]);
    }
  }
}
