/** A problem as text for people. */
import { type Problem, type ProblemDefinition, showPlace } from "../error.ts";
import { priorities } from "./definition.ts";

/**
 * ```
 * error[wrong-type]: containers.web.memory must be null or integer
 *   "1G" at host.ts:14:7
 *   write the number of bytes
 * ```
 */
export function renderProblem(problem: Problem, severity: "error" | "warning" = "error"): string {
  const lines = [`${severity}[${problem.code}]: ${problem.message}`];
  if (problem.definitions && problem.definitions.length > 0) lines.push(...problem.definitions.map(definitionLine));
  else lines.push(...(problem.places ?? []).map((place) => `at ${showPlace(place)}`));
  lines.push(...(problem.details ?? []));
  if (problem.hint !== undefined) lines.push(problem.hint);
  return lines.join("\n  ");
}

function definitionLine(definition: ProblemDefinition): string {
  const { place, origin, priority } = definition;
  const where = place ? ` at ${showPlace(place)}` : origin ? ` in ${origin}` : "";
  const isPlain = priority === priorities.plain || priority === priorities.optionDefault;
  return `${definition.value}${where}${isPlain ? "" : ` (priority ${priority})`}`;
}
