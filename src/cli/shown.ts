/** A plan is shown, then carried out, then it is said what became of it: the same for every verb that changes the machine. */
import { readCurrent } from "../apply/current.ts";
import type { OnProgress, Report } from "../apply/report.ts";
import { StowageError } from "../error.ts";
import { renderPlan } from "../plan/index.ts";
import { exitCodes } from "./exit-codes.ts";
import type { JsonFlag } from "./flags.ts";
import { carryOut, type Planned } from "./pipeline.ts";
import { printable } from "./report/paint.ts";
import { planJson } from "./report/plan-json.ts";
import { progressOf } from "./report/progress.ts";
import { reportJson, reportText, wentWell } from "./report/switched.ts";
import type { Session } from "./session.ts";

/** A terminal that goes away, or a reader that does, does not stop a switch half way. */
function outliveTerminal(): void {
  process.on("SIGHUP", () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/**
 * @param prepare everything up to the plan
 * @returns the exit code
 * @throws StowageError with what stands in the plan's way
 */
export async function planAndCarryOut(
  session: Session,
  flags: JsonFlag,
  prepare: (onProgress: OnProgress) => Promise<Planned>,
): Promise<number> {
  const progress = progressOf(session);
  try {
    const planned = await prepare(progress.on);
    progress.end();
    return await carryOutShown(session, flags, planned, progress.on);
  } finally {
    progress.end();
  }
}

async function carryOutShown(session: Session, flags: JsonFlag, planned: Planned, onProgress: OnProgress) {
  const { plan } = planned;
  if (plan.blocked.length > 0) throw new StowageError(plan.blocked);
  // Nothing to do: nothing is printed. A program that asked for JSON gets a plan without steps.
  if (plan.steps.length === 0 && !flags.json) return exitCodes.done;
  outliveTerminal();
  if (!flags.json && !session.quiet) session.print(`${printable(renderPlan(plan))}\n`);
  const report = plan.steps.length === 0 ? { rows: [] } : await carryOut(planned, onProgress);
  const number = readCurrent(session.layout)?.number ?? null;
  if (flags.json) {
    const value = { plan: planJson(plan, []), generation: number, steps: reportJson(report) };
    session.print(`${JSON.stringify(value, null, 2)}\n`);
  } else {
    session.io.stderr.write(reportText(report, session.paintErr));
    if (!session.quiet) session.print(closing(report, number));
  }
  return wentWell(report) ? exitCodes.done : exitCodes.unitsFailed;
}

function closing(report: Report, number: number | null): string {
  const failed = report.rows.filter((row) => row.outcome !== "done").length;
  const outcome = failed === 0 ? "done" : `${failed} of ${report.rows.length} steps were not done`;
  return `generation ${number ?? "none"} is current; ${outcome}\n`;
}
