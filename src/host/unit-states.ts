/**
 * What units are, read from `systemctl show`.
 * Facts: systemctl(1), org.freedesktop.systemd1(5), execve(2).
 */
import type { RunOptions, RunResult } from "./run.ts";
import type { UnitState } from "./systemd.ts";

type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

const properties = [
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "MainPID",
  "ExecMainStatus",
  "NRestarts",
  "ActiveEnterTimestampMonotonic",
  "InvocationID",
  "ExecStartPre",
  "ExecStartPost",
];

/** One call for up to this many units: an argument list has a limit (execve(2), E2BIG). */
const unitsPerCall = 1000;

export async function statesOf(program: Run, units: readonly string[]): Promise<Record<string, UnitState>> {
  const states: Record<string, UnitState> = {};
  for (let from = 0; from < units.length; from += unitsPerCall) {
    const some = units.slice(from, from + unitsPerCall);
    const argv = ["systemctl", "show", `--property=${properties.join(",")}`, "--", ...some];
    const { stdout } = await program(argv, { package: "systemd" });
    const blocks = stdout.split("\n\n");
    some.forEach((unit, index) => {
      states[unit] = parseState(unit, blocks[index] ?? "");
    });
  }
  return states;
}

/** One block of `systemctl show`: `Name=value` lines. */
export function parseState(unit: string, block: string): UnitState {
  const values = new Map<string, string>();
  for (const line of block.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  const active = values.get("ActiveState") ?? "inactive";
  return {
    unit,
    load: values.get("LoadState") ?? "not-found",
    active,
    sub: values.get("SubState") ?? "dead",
    result: values.get("Result") ?? "success",
    mainPid: Number(values.get("MainPID") ?? 0),
    exitStatus: Number(values.get("ExecMainStatus") ?? 0) || failedCommand(block),
    invocation: /^[0-9a-f]{32}$/.exec(values.get("InvocationID") ?? "")?.[0] ?? "",
    since: active === "active" ? wallClock(Number(values.get("ActiveEnterTimestampMonotonic") ?? 0)) : null,
    ...(active === "activating" && { restarts: Number(values.get("NRestarts") ?? 0) }),
  };
}

/** `ExecStartPre={ path=… ; ignore_errors=no ; … ; code=exited ; status=7 }`: one line for each command. */
function failedCommand(block: string): number {
  const failed = /^ExecStart(?:Pre|Post)=\{.* ; ignore_errors=no ; .* ; status=([1-9]\d*)\D*\}$/m.exec(block);
  return Number(failed?.[1] ?? 0);
}

/** Of CLOCK_REALTIME in microseconds, as systemd says it over D-Bus: the same each time that somebody asks. 0: never. */
export const momentOf = (microseconds: bigint): number | null =>
  microseconds === 0n ? null : Number(microseconds / 1000n);

/**
 * The wall clock's time of a moment of CLOCK_MONOTONIC, which is also what hrtime reads. Unlike the other form of the
 * property its format is the same in every version and time zone.
 */
function wallClock(microseconds: number): number | null {
  if (microseconds === 0) return null;
  return Math.round(Date.now() - (Number(process.hrtime.bigint()) / 1e6 - microseconds / 1e3));
}
