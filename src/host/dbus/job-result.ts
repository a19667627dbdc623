/** What became of a job: systemd's word for it, what it means, and how to tell it where nobody heard the word. */
import { StowageError } from "../../error.ts";

export type Verb = "start" | "stop" | "restart" | "reload";

/** Facts: org.freedesktop.systemd1(5), JobRemoved. Versions to come may have others. */
export type JobResult =
  | "done"
  | "skipped"
  | "failed"
  | "timeout"
  | "dependency"
  | "canceled"
  | "invalid"
  | "assert"
  | "unsupported"
  | "once"
  | "collected"
  | "frozen"
  | (string & {});

/** A unit that need not run now, because of its conditions, is as it should be. */
export const wentWell = (result: JobResult): boolean => result === "done" || result === "skipped";

const causes: Readonly<Record<string, string>> = {
  failed: "its job failed",
  timeout: "its job was not done in time",
  dependency: "a unit that it needs did not start",
  canceled: "its job was canceled, by another job or by hand",
  invalid: "it does not run",
  assert: "an assertion of it does not hold",
  unsupported: "this system cannot run such a unit",
  once: "it was started once, and cannot be started again",
  collected: "its job was dropped, as nothing needed it any more",
  frozen: "it is frozen",
};

/** @param unitResult the unit's own Result, "" where it has none */
export function jobFailed(verb: string, unit: string, result: JobResult, unitResult: string): StowageError {
  const cause = causes[result] ?? `its job ended with "${result}"`;
  const more = result === "failed" && unitResult !== "" && unitResult !== "success" ? ` (${unitResult})` : "";
  return new StowageError({ code: "job-failed", message: `${unit}: ${verb} failed: ${cause}${more}`, details: [] });
}

/** @param said systemd's own sentence, such as "Unit web.service is masked." */
export const jobRefused = (verb: string, unit: string, said: string): StowageError =>
  new StowageError({
    code: "job-failed",
    message: `${unit}: ${verb} failed: ${said.replace(/\.$/, "")}`,
    details: [],
  });

/** A unit after its job is gone. */
export interface Aftermath {
  /** ActiveState. */
  readonly active: string;
  /** Result: `success` where the unit's type has none. */
  readonly result: string;
  /** ReloadResult, of a service. */
  readonly reloadResult: string;
  /** When it last became inactive, in microseconds of CLOCK_MONOTONIC; 0: never. */
  readonly inactiveSince: bigint;
}

/**
 * The result of a job that ended unheard, from what its unit is like.
 * @param began when it was queued, on the same clock
 */
export function afterwards(verb: Verb, unit: Aftermath, began: bigint): JobResult {
  if (verb === "stop") return unit.active === "inactive" || unit.active === "failed" ? "done" : "canceled";
  if (unit.active === "failed") return unit.result === "timeout" ? "timeout" : "failed";
  if (unit.active === "inactive" || unit.active === "deactivating") {
    // What runs once and ends has done so; anything else was stopped before it was there.
    return verb !== "reload" && unit.result === "success" && unit.inactiveSince >= began ? "done" : "canceled";
  }
  if (verb === "reload" && unit.reloadResult !== "success") return "failed";
  // Still at it without a job: it starts again by itself, after a failure.
  return unit.active === "activating" ? "failed" : "done";
}
