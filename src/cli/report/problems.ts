/** Problems as a person reads them: `error[code]: message`, where, why, what to do. */
import { type Problem, showPlace } from "../../error.ts";
import { type Paint, printable } from "./paint.ts";

/** @returns whole lines */
export function problemText(problem: Problem, paint: Paint): string {
  const places = (problem.places ?? []).map((place, index) => `${index === 0 ? "at" : "and"} ${showPlace(place)}`);
  const lines = [
    ...places.map((line) => `  ${paint.cyan(line)}`),
    ...(problem.details ?? []).map((line) => `  ${printable(line)}`),
    ...(problem.hint === undefined ? [] : [`  ${paint.bold("hint:")} ${printable(problem.hint)}`]),
  ];
  return `${[`${paint.red(`error[${problem.code}]`)}: ${printable(problem.message)}`, ...lines].join("\n")}\n`;
}
