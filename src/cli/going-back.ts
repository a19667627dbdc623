/** --rollback-on-failure: what was active before is activated again, by a plan like any other. */
import { readChecked } from "../apply/current.ts";
import { giveNextBoot } from "../apply/next-boot.ts";
import { jobUnit } from "../apply/perform.ts";
import type { OnProgress, Report } from "../apply/report.ts";
import { StowageError } from "../error.ts";
import { currentGeneration } from "../store/generations.ts";
import { carrier } from "./carrier.ts";
import { type Planned, planFor, rebuild } from "./pipeline.ts";
import type { Session } from "./session.ts";

/**
 * Containers that ran when the plan was made, and whose start, restart or reload did not come to a good end. One that
 * is new, or was down, is none: what was active before would not bring it up either.
 * @returns names, sorted
 */
export function notReady(report: Report, ran: readonly string[]): string[] {
  const names = report.rows
    .filter(
      ({ step, outcome }) => outcome !== "done" && step.action.do !== "stop-unit" && jobUnit(step.action) !== null,
    )
    .flatMap(({ step }) => step.container ?? []);
  return [...new Set(names)].filter((name) => ran.includes(name)).sort();
}

export interface WayBack {
  /** The generation that was active before. */
  readonly to: number;
  readonly planned: Planned;
}

/**
 * Plans the way back, from what the failed change has left. What the next boot had it has again from now on.
 * @throws StowageError `nothing-before`, or what stands in the plan's way
 */
export async function wayBack(session: Session, failed: Planned, onProgress: OnProgress): Promise<WayBack> {
  const { current: former, next } = failed.plan;
  const { current: to } = failed.machine;
  if (former === null || to === null) throw nothingBefore("there is no generation before this one");
  if (former.id === next.id) throw nothingBefore(`generation ${to} itself was active before`);
  await rebuild(session, former, onProgress);
  const hadAnother = failed.boot !== null && failed.boot !== to;
  if (hadAnother) giveBack(session, failed.boot, [former, next]);
  const planned = await planFor(session, former, to, hadAnother ? "active" : "current");
  if (planned.plan.blocked.length > 0) throw new StowageError(planned.plan.blocked);
  return { to, planned };
}

/** A failed `switch` took from the next boot what `boot` had given it; a failed `test` did not. */
function giveBack({ layout }: Session, boot: number, others: Parameters<typeof giveNextBoot>[4]): void {
  if (currentGeneration(layout) !== boot) giveNextBoot(layout, readChecked(layout, boot), boot, carrier(), others);
}

const nothingBefore = (why: string): StowageError =>
  new StowageError({ code: "nothing-before", message: `there is nothing to go back to: ${why}` });
