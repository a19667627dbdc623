/** At boot, before any unit of ours: the machine becomes what this boot is to have, or stays what it was. */
import { readActive, readCurrent, type StoredGeneration } from "../apply/current.ts";
import { isDivided } from "../apply/next-boot.ts";
import { StowageError } from "../error.ts";
import { enqueue, upOrQueued } from "../host/boot-jobs.ts";
import { type BootJobs, bootJobs, renderPlan, withoutJobs } from "../plan/index.ts";
import { exitCodes } from "./exit-codes.ts";
import { carryOut, type Planned, planFor } from "./pipeline.ts";
import { tellError } from "./report/errors.ts";
import { printable } from "./report/paint.ts";
import { reportText, wentWell } from "./report/switched.ts";
import type { Session } from "./session.ts";

/**
 * By the ordinary plan, but that nothing is started or stopped and waited for: what is to start comes after us.
 * @returns the exit code
 * @throws StowageError with what stands in the way; then nothing was changed
 */
export async function carryOver(session: Session): Promise<number> {
  const { former, next } = pairOf(session);
  const planned = await planAtBoot(session, next, "current-at-boot");
  // What cannot be bound or bridged now may come later in this boot; it was looked at when this was asked for.
  const inTheWay = planned.plan.blocked.filter(({ code }) => code === "foreign-file");
  if (inTheWay.length > 0) throw new StowageError(inTheWay);
  session.print(`from generation ${former.number} to ${next.number}\n${printable(renderPlan(planned.plan))}`);
  const jobs = bootJobs(former.generation, next.generation);
  tellLines(session, await enqueue("stop", jobs.cancel));
  const isWell = await attempt(session, planned);
  if (!isDivided(session.layout)) {
    await start(session, jobs);
    return isWell ? exitCodes.done : exitCodes.unitsFailed;
  }
  session.tell(`going back to generation ${former.number}\n`);
  const back = await planAtBoot(session, former, "restored");
  await attempt(session, back);
  await start(session, bootJobs(next.generation, former.generation));
  return exitCodes.unitsFailed;
}

function pairOf({ layout }: Session): { former: StoredGeneration; next: StoredGeneration } {
  const [former, next] = [readActive(layout), readCurrent(layout)];
  if (former === null || next === null) throw new Error("at boot: there is nothing to carry over");
  return { former, next };
}

async function planAtBoot(
  session: Session,
  { generation, number }: StoredGeneration,
  becomes: "current-at-boot" | "restored",
): Promise<Planned> {
  const planned = await planFor(session, generation, number, becomes);
  return { ...planned, plan: withoutJobs(planned.plan) };
}

/** @returns whether every step was done; what failed is told */
async function attempt(session: Session, planned: Planned): Promise<boolean> {
  try {
    const report = await carryOut(planned, () => undefined);
    session.io.stderr.write(reportText(report, session.paintErr));
    return wentWell(report);
  } catch (error) {
    tellError(session, error);
    return false;
  }
}

async function start(session: Session, { start: units, startWith }: BootJobs): Promise<void> {
  const up = await upOrQueued(startWith.map(({ wanter }) => wanter));
  const further = startWith.filter(({ wanter }) => up.has(wanter)).map(({ unit }) => unit);
  tellLines(session, await enqueue("start", [...units, ...further]));
}

function tellLines(session: Session, lines: readonly string[]): void {
  session.tell(lines.map((line) => `${line}\n`).join(""));
}
