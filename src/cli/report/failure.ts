/** A failed unit: what became of it, and what it said last. */
import type { UnitFailure } from "../../apply/explain.ts";
import { type Paint, printable } from "./paint.ts";

export function failureText(failure: Pick<UnitFailure, "text" | "log">, paint: Paint): string {
  const log = failure.log.map((line) => `  ${paint.dim("|")} ${printable(line)}\n`).join("");
  return `${paint.red("failed")}: ${printable(failure.text)}\n${log}`;
}
