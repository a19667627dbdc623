/** A plan is shown, then carried out, then it is said what became of it: the same for every verb that changes the machine. */
import { readActive } from "../apply/current.ts";
import { isDivided } from "../apply/next-boot.ts";
import type { OnProgress, Progress, Report } from "../apply/report.ts";
import { StowageError } from "../error.ts";
import { renderPlan } from "../plan/index.ts";
import type { Alone } from "./alone.ts";
import { begin } from "./begun.ts";
import { exitCodes } from "./exit-codes.ts";
import type { BackFlag, ChangeFlags } from "./flags.ts";
import { notReady, type WayBack, wayBack } from "./going-back.ts";
import { carryOut, type Planned } from "./pipeline.ts";
import { emit } from "./report/events.ts";
import { paintFor, printable } from "./report/paint.ts";
import { planJson } from "./report/plan-json.ts";
import { problemText } from "./report/problems.ts";
import { progressOf } from "./report/progress.ts";
import { isShown, rowText } from "./report/step-words.ts";
import { reportJson, reportText, wentWell } from "./report/switched.ts";
import type { Session } from "./session.ts";

export interface Change {
  /** Everything up to the plan. @throws StowageError with what stands in its way */
  readonly prepare: (onProgress: OnProgress) => Promise<Planned>;
  /** What is true when it is interrupted half way: a sentence without a full stop. */
  readonly interrupted: string;
}

/** What became of it, and what `--json` prints. */
export interface Changed {
  readonly exitCode: number;
  readonly document: Readonly<Record<string, unknown>>;
}

/** @returns the exit code; the answer is printed */
export async function planAndCarryOut(alone: Alone, flags: ChangeFlags & BackFlag, change: Change): Promise<number> {
  const changed = await carriedOut(alone, flags, change);
  printDocument(alone.session, flags, changed);
  return changed.exitCode;
}

/** The one document of a verb that changes the machine, where it was asked for. */
export function printDocument(session: Session, flags: ChangeFlags, { exitCode, document }: Changed): void {
  emit(session, { event: "result", exitCode, ...document });
  if (flags.json && !session.events) session.print(`${JSON.stringify(document, null, 2)}\n`);
}

/** {@link planAndCarryOut} as a part of more: the document is still to be printed. */
export async function carriedOut(
  alone: Alone,
  flags: ChangeFlags & BackFlag,
  change: Change,
  planBack = wayBack,
): Promise<Changed> {
  const { session } = alone;
  const shown = progressOf(session);
  const onProgress: OnProgress = (event) => {
    logStep(alone, event);
    shown.on(event);
  };
  try {
    const planned = await change.prepare(onProgress);
    shown.end();
    const outcome = await carryOutShown(alone, flags, planned, change.interrupted, onProgress);
    if (outcome === null) return { exitCode: exitCodes.done, document: documentOf(session, planned, { rows: [] }) };
    shown.end();
    return await afterwards(alone, flags, outcome, onProgress, planBack);
  } finally {
    shown.end();
  }
}

interface Outcome {
  readonly planned: Planned;
  readonly report: Report;
}

/** @returns null where there was nothing to do: then nothing is said, and no scope is made */
async function carryOutShown(
  alone: Alone,
  flags: ChangeFlags,
  planned: Planned,
  interrupted: string,
  onProgress: OnProgress,
): Promise<Outcome | null> {
  const { session } = alone;
  const { plan, machine } = planned;
  emit(session, { event: "plan", ...planJson(plan, []) });
  if (plan.blocked.length > 0) throw new StowageError(plan.blocked);
  if (plan.steps.length === 0) return null;
  const from = machine.current === null ? "" : `, from generation ${machine.current}`;
  await begin(alone, `${plan.steps.length} steps${from}`, machine.systemd);
  alone.ifInterrupted(interrupted);
  if (isForPeople(session, flags) && !session.quiet) session.print(`${printable(renderPlan(plan))}\n`);
  return { planned, report: await carryOut(planned, onProgress) };
}

const isForPeople = (session: Session, flags: ChangeFlags): boolean => !flags.json && !session.events;

/** The way back where it is wanted, and the last words. */
async function afterwards(
  alone: Alone,
  flags: ChangeFlags & BackFlag,
  { planned, report }: Outcome,
  onProgress: OnProgress,
  planBack: typeof wayBack,
): Promise<Changed> {
  const { session } = alone;
  tellReport(alone, flags, report);
  const failed = flags.rollbackOnFailure ? notReady(report, planned.ran) : [];
  if (failed.length === 0) {
    const number = readActive(session.layout)?.number ?? null;
    const is = isDivided(session.layout) ? "active until the next boot" : "current";
    tellClosing(alone, flags, report, `generation ${number ?? "none"} is ${is}; ${outcomeText(report)}`);
    const exitCode = wentWell(report) ? exitCodes.done : exitCodes.unitsFailed;
    return { exitCode, document: documentOf(session, planned, report) };
  }
  const rolledBack = await goBack(alone, flags, failed, onProgress, () => planBack(session, planned, onProgress));
  return { exitCode: exitCodes.unitsFailed, document: { ...documentOf(session, planned, report), rolledBack } };
}

/** @returns for the document */
async function goBack(
  alone: Alone,
  flags: ChangeFlags,
  because: readonly string[],
  onProgress: OnProgress,
  planBack: () => Promise<WayBack>,
): Promise<Readonly<Record<string, unknown>>> {
  const { session } = alone;
  const names = because.join(", ");
  try {
    const { to, planned } = await planBack();
    tellAll(alone, "warning", `${names} ran before and did not become ready: going back to generation ${to}`);
    emit(session, { event: "rolling-back", to, because });
    const again = `\`stowage rollback ${to}\` goes on to generation ${to}, \`stowage switch\` to what host.ts says`;
    const outcome = await carryOutShown(alone, flags, planned, again, onProgress);
    const report = outcome?.report ?? { rows: [] };
    tellReport(alone, flags, report);
    const words = wentWell(report) ? "done" : `${outcomeText(report)}; ${again}`;
    tellClosing(alone, flags, report, `generation ${to} is active again, as ${names} did not become ready; ${words}`);
    return { to, because, plan: planJson(planned.plan, []), steps: reportJson(report) };
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    for (const problem of error.problems) tellAll(alone, "error", problemText(problem, plain).trimEnd());
    tellAll(alone, "error", `${names} ran before and did not become ready, and could not be rolled back`);
    return { to: null, because, problems: error.problems };
  }
}

const plain = paintFor({ write: () => undefined }, {}, false);

/** To the person and to the machine's log. */
function tellAll(alone: Alone, priority: "warning" | "error", text: string): void {
  alone.session.io.stderr.write(`${text}\n`);
  alone.log?.line(priority, text);
}

function tellReport({ session, log }: Alone, flags: ChangeFlags, report: Report): void {
  if (isForPeople(session, flags)) session.io.stderr.write(reportText(report, session.paintErr));
  log?.line("error", reportText(report, plain));
}

function tellClosing({ session, verb, log }: Alone, flags: ChangeFlags, report: Report, words: string): void {
  if (isForPeople(session, flags) && !session.quiet) session.print(`${words}\n`);
  log?.line(wentWell(report) ? "info" : "error", `${verb}: ${words}`);
}

function logStep({ log, verb }: Alone, event: Progress): void {
  if (event.kind === "step-ended" && event.row.outcome === "done" && isShown(event.row.step))
    log?.line("info", `${verb}: ${rowText(event.row, plain)}`);
}

const documentOf = (session: Session, { plan }: Planned, report: Report) => ({
  plan: planJson(plan, []),
  generation: readActive(session.layout)?.number ?? null,
  steps: reportJson(report),
});

function outcomeText(report: Report): string {
  const failed = report.rows.filter((row) => row.outcome !== "done").length;
  return failed === 0 ? "done" : `${failed} of ${report.rows.length} steps were not done`;
}
