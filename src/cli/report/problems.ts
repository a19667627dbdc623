/** Problems as a person reads them: the text of `renderProblem`, its words in colour, fit for a terminal. */
import type { Problem } from "../../error.ts";
import { renderProblem } from "../../modules/render-problem.ts";
import type { Session } from "../session.ts";
import { type Paint, printable } from "./paint.ts";

/** @returns whole lines */
export function problemText(problem: Problem, paint: Paint, severity: "error" | "warning" = "error"): string {
  const text = printable(renderProblem(problem, severity));
  const colour = severity === "error" ? paint.red : paint.yellow;
  return `${text.replace(/^\w+\[[^\]]*\]/, (head) => colour(head))}\n`;
}

/** On standard error, also where little is told. */
export function tellProblems(
  { io, paintErr }: { readonly io: Pick<Session["io"], "stderr">; readonly paintErr: Paint },
  problems: readonly Problem[],
  severity: "error" | "warning" = "error",
): void {
  for (const problem of problems) io.stderr.write(problemText(problem, paintErr, severity));
}
