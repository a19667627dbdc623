/** stowage switch: the machine becomes what the configuration says. */
import { readCurrent } from "../../apply/current.ts";
import type { OnProgress, Report } from "../../apply/report.ts";
import { StowageError } from "../../error.ts";
import { isBooted } from "../../host/systemd.ts";
import { renderPlan } from "../../plan/index.ts";
import { takeSwitchLock } from "../../store/lock.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { noSystemd } from "../jobs.ts";
import { build, carryOut, generationHere, type Planned, planFor } from "../pipeline.ts";
import { printable } from "../report/paint.ts";
import { planJson } from "../report/plan-json.ts";
import { progressOf } from "../report/progress.ts";
import { reportJson, reportText, wentWell } from "../report/switched.ts";
import { configPath, type HostFlags, requireRoot, type Session } from "../session.ts";

export default async function switchVerb(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  configPath(session, flags);
  requireRoot(session, "switch");
  if (!isBooted()) throw noSystemd();
  const lock = await takeSwitchLock(session.layout, "switch");
  const listening = endOnSignal(session);
  try {
    return await whileAlone(session, flags);
  } finally {
    listening.end();
    lock.release();
  }
}

/** As without us, but with a word on what became of it. What is under way is known by what it leaves behind. */
function endOnSignal(session: Session) {
  const onSignal = (signal: "SIGINT" | "SIGTERM") => {
    session.io.stderr.write("\ninterrupted: the next switch goes on where this one stopped\n");
    process.exit(signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return { end: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal) };
}

/** A terminal that goes away, or a reader that does, does not stop a switch half way. */
function outliveTerminal(): void {
  process.on("SIGHUP", () => undefined);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

async function whileAlone(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  try {
    const next = await generationHere(session, flags, progress.on);
    await build(session, flags, next, progress.on);
    const planned = await planFor(session, next);
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
