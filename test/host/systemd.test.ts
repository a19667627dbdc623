import { expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import type { RunOptions, RunResult } from "../../src/host/run.ts";
import { systemctl } from "../../src/host/systemd.ts";
import { parseState } from "../../src/host/unit-states.ts";

function fake(answer: (argv: readonly string[]) => Partial<RunResult>) {
  const calls: string[][] = [];
  const program = async (argv: readonly string[], _?: RunOptions) => {
    calls.push([...argv]);
    return { status: 0, stdout: "", stderr: "", ...answer(argv) };
  };
  return { calls, systemd: systemctl(program) };
}

const block = (values: Record<string, string | number>) =>
  `${Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;

test("states of many units are asked for in one call, and told apart by their order", async () => {
  const blocks = [
    block({ ActiveState: "active", SubState: "running", MainPID: 7 }),
    block({ ActiveState: "failed", Result: "signal" }),
  ];
  const { calls, systemd } = fake(() => ({ stdout: blocks.join("\n") }));
  const states = await systemd.states(["a.service", "-b.service"]);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.slice(-3)).toEqual(["--", "a.service", "-b.service"]);
  expect(states["a.service"]).toMatchObject({ unit: "a.service", active: "active", sub: "running", mainPid: 7 });
  expect(states["-b.service"]).toMatchObject({ active: "failed", result: "signal" });
});

test("whether units run: one call, whatever else systemd has loaded", async () => {
  const stdout = [
    "a.service                    loaded    active   running A service with words",
    "  b.service                  loaded    failed   failed  ● Another",
    "gone.service                 not-found inactive dead    gone.service",
    "other.service                loaded    active   exited  Not asked for",
    "",
  ].join("\n");
  const { calls, systemd } = fake(() => ({ stdout }));
  expect(await systemd.activity(["a.service", "b.service", "gone.service", "c.service"])).toEqual({
    "a.service": { active: "active", sub: "running" },
    "b.service": { active: "failed", sub: "failed" },
    "gone.service": { active: "inactive", sub: "dead" },
    "c.service": { active: "inactive", sub: "dead" },
  });
  expect(calls).toHaveLength(1);
});

test("so many units that no argument list holds them are asked for in several calls", async () => {
  const { calls, systemd } = fake((argv) => ({
    stdout: argv
      .slice(argv.indexOf("--") + 1)
      .map((unit) => block({ ActiveState: unit }))
      .join("\n"),
  }));
  const units = Array.from({ length: 2500 }, (_, n) => `u${n}.service`);
  const states = await systemd.states(units);
  expect(calls).toHaveLength(3);
  expect(units.every((unit) => states[unit]?.active === unit)).toBe(true);
});

test("a unit that systemd does not know", () => {
  expect(parseState("x.service", "")).toEqual({
    unit: "x.service",
    load: "not-found",
    active: "inactive",
    sub: "dead",
    result: "success",
    mainPid: 0,
    exitStatus: 0,
    invocation: "",
    since: null,
  });
});

test("the exit status of a command around the main one, if that is what failed", () => {
  const command = (status: string, ignored = "no") =>
    `{ path=/bin/sh ; argv[]=/bin/sh -c exit ${status} ; ignore_errors=${ignored} ; start_time=[n/a] ; stop_time=[n/a] ; pid=9 ; code=exited ; status=${status} }`;
  const state = (...commands: string[]) =>
    parseState(
      "x",
      ["ExecMainStatus=0", ...commands.map((one) => `ExecStartPre=${one}`), "Result=exit-code"].join("\n"),
    );
  expect(state(command("0"), command("1", "yes"), command("7")).exitStatus).toBe(7);
  expect(state(command("9/KILL")).exitStatus).toBe(9);
  expect(state(command("0")).exitStatus).toBe(0);
});

test("since: from the monotonic clock, only of an active unit", () => {
  const now = Number(process.hrtime.bigint() / 1000n);
  const active = parseState("x", `ActiveState=active\nActiveEnterTimestampMonotonic=${now - 5_000_000}`);
  expect(Math.abs((active.since ?? 0) - (Date.now() - 5000))).toBeLessThan(100);
  expect(parseState("x", `ActiveState=inactive\nActiveEnterTimestampMonotonic=${now}`).since).toBeNull();
});

test("a failed job: systemctl's own cause, without its advice", async () => {
  const stderr =
    'Job for x.service failed because the control process exited with error code.\nSee "systemctl status x.service" and "journalctl -xeu x.service" for details.\n';
  const { calls, systemd } = fake(() => ({ status: 1, stderr }));
  const error = await systemd.start("x.service").catch((e: unknown) => e);
  expect(calls).toEqual([["systemctl", "start", "--", "x.service"]]);
  expect(error).toBeInstanceOf(StowageError);
  expect((error as StowageError).problems).toEqual([
    {
      code: "job-failed",
      message: "x.service: start failed: Job for x.service failed because the control process exited with error code",
      details: [],
    },
  ]);
});

test("last log lines: what is on its way is waited for, then only this time and these units", async () => {
  const { calls, systemd } = fake(() => ({ stdout: "one\n\ntwo\n" }));
  expect(await systemd.log(["a.service", "b.service"], { lines: 7, since: 1_700_000_000_250 })).toEqual(["one", "two"]);
  expect(calls[0]).toEqual(["journalctl", "--sync"]);
  expect(calls[1]).toEqual([
    "journalctl",
    "--quiet",
    "--no-pager",
    "--output=cat",
    "--lines=7",
    "--since=@1700000000.250",
    "--unit=a.service",
    "--unit=b.service",
  ]);
});

test("when it has read units: the later of two times; none that it does not say", async () => {
  const said = fake(() => ({ stdout: "UnitsLoadTimestampMonotonic=700\nUnitsLoadStartTimestampMonotonic=900\n" }));
  expect(await said.systemd.unitsReadAt()).toBe(900);
  expect(await fake(() => ({ stdout: "" })).systemd.unitsReadAt()).toBe(0);
});

test("a signal to all of a unit; that nothing of it runs is no failure", async () => {
  const { calls, systemd } = fake(() => ({ status: 1, stderr: "Unit a.service not loaded." }));
  await systemd.kill("a.service", 9);
  expect(calls).toEqual([["systemctl", "kill", "--signal=9", "--", "a.service"]]);
});

test("a job that is left is waited for no more, and has no answer", async () => {
  let signal: AbortSignal | undefined;
  const systemd = systemctl((_, options) => {
    signal = options?.signal;
    // As a program that is ended by it.
    return new Promise((resolve) =>
      signal?.addEventListener("abort", () => resolve({ status: 143, stdout: "", stderr: "" })),
    );
  });
  let isSettled = false;
  void systemd.start("a.service").finally(() => {
    isSettled = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  systemd.leave();
  expect(signal?.aborted).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isSettled).toBe(false);
});
