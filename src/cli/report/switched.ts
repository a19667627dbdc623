/** What became of a switch. */
import type { Report, ReportRow } from "../../apply/report.ts";
import { type Paint, printable } from "./paint.ts";
import { nameOf } from "./step-words.ts";

export const wentWell = (report: Report): boolean => report.rows.every((row) => row.outcome === "done");

/** Nothing where all went well: then the plan that was printed is what was done. */
export function reportText(report: Report, paint: Paint): string {
  const failed = report.rows.filter((row) => row.outcome === "failed");
  const notRun = report.rows.filter((row) => row.outcome === "not-run");
  return [...failed.map((row) => failedText(row, paint)), notRunText(notRun, failed)].join("");
}

function failedText(row: ReportRow, paint: Paint): string {
  const log = (row.log ?? []).map((line) => `  ${paint.dim("|")} ${printable(line)}\n`).join("");
  return `${paint.red("failed")}: ${nameOf(row.step)}\n  ${printable(row.error ?? "for an unknown reason")}\n${log}`;
}

function notRunText(rows: readonly ReportRow[], failed: readonly ReportRow[]): string {
  if (rows.length === 0) return "";
  const steps = rows.map((row) => `  ${nameOf(row.step)}\n`).join("");
  const whose = failed.length === 1 ? "the failed step" : "failed steps";
  return `not run, as they need ${whose}:\n${steps}`;
}

/** For programs. */
export const reportJson = (report: Report) => report.rows.map(rowJson);

export const rowJson = ({ step, outcome, error, log, took }: ReportRow) => ({
  step: step.id,
  ...(step.container !== undefined && { container: step.container }),
  outcome,
  ...(error !== undefined && { error }),
  ...(log !== undefined && { log }),
  ...(took !== undefined && { took }),
});
