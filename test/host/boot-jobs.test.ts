import { describe, expect, test } from "vitest";
import { enqueue, isBooting, upOrQueued } from "../../src/host/boot-jobs.ts";
import type { RunOptions, RunResult } from "../../src/host/run.ts";

/** A systemctl that says this. */
function saying(answer: Partial<RunResult>) {
  const calls: { argv: readonly string[]; options: RunOptions }[] = [];
  const program = async (argv: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
    calls.push({ argv, options });
    return { status: 0, stdout: "", stderr: "", ...answer };
  };
  return { calls, program };
}

describe("jobs while it boots", () => {
  test("are queued and not waited for; what systemd will not have is told", async () => {
    const stderr = "Failed to start a.service: Unit a.service is masked.\nSee system logs for details.\n";
    const { calls, program } = saying({ status: 1, stderr });
    expect(await enqueue("start", ["a.service", "-b.service"], program)).toEqual([
      "Failed to start a.service: Unit a.service is masked.",
    ]);
    expect(calls[0]?.argv).toEqual(["systemctl", "start", "--no-block", "--", "a.service", "-b.service"]);
    // A boot that waits for us for ever is worse than one without us.
    expect(calls[0]?.options.timeout).toBeGreaterThan(0);
  });

  test("none: systemd is not asked", async () => {
    const { calls, program } = saying({});
    expect(await enqueue("stop", [], program)).toEqual([]);
    expect(await upOrQueued([], program)).toEqual(new Set());
    expect(calls).toEqual([]);
  });

  test.each([
    ["initializing", true],
    ["starting", true],
    ["running", false],
    ["degraded", false],
    ["maintenance", false],
    ["stopping", false],
  ])("%s: booting %s", async (state, booting) => {
    expect(await isBooting(saying({ status: 1, stdout: `${state}\n` }).program)).toBe(booting);
  });

  test("what is up, or about to be", async () => {
    const stdout = [
      "Id=a.service\nActiveState=active\n",
      "Id=b.service\nActiveState=inactive\n",
      "Id=c.service\nActiveState=inactive\nJob=17\n",
      "Id=d.service\nActiveState=failed\n",
    ].join("\n");
    const units = ["a.service", "b.service", "c.service", "d.service"];
    expect([...(await upOrQueued(units, saying({ stdout }).program))]).toEqual(["a.service", "c.service"]);
  });
});
