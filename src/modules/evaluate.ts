/** `evalModules`: modules in, configuration and problems out. */
import type { Problem } from "../error.ts";
import { assertionProblems, formerProblems, warningProblems } from "./assertions.ts";
import { type Collected, collect } from "./collect.ts";
import type { ConfigOfModules, Evaluation, EvaluationRequest } from "./evaluation.ts";
import { gatherProblems } from "./gather-problems.ts";
import type { Module } from "./module.ts";
import { optionsView } from "./option-view.ts";
import type { Pass } from "./pass.ts";
import { type Settled, settle } from "./settle.ts";
import { showPath } from "./show.ts";
import { liveConfig, Reader } from "./view.ts";

/** What the functions that explain an evaluation know of it. */
export interface Inside {
  readonly pass: Pass;
  readonly collected: Collected;
}

const insides = new WeakMap<object, Inside>();

export function insideOf(evaluation: Evaluation<unknown>): Inside {
  const inside = insides.get(evaluation);
  if (!inside) throw new TypeError("this is not an evaluation of evalModules");
  return inside;
}

/**
 * Evaluates modules. Problems are data in `issues`, all of them together; nothing is thrown for what a configuration
 * does wrong.
 */
export function evalModules<const M extends readonly Module[]>(
  request: EvaluationRequest<M>,
): Evaluation<ConfigOfModules<M>> {
  const known = request.specialArgs ?? {};
  const live = liveConfig();
  const collected = collect(request.modules, { known, config: live.handle });
  const settled = settle(collected, known, live.attach);
  const issues = [
    ...gatherProblems(settled, collected, request.check ?? checkOf(settled)),
    ...formerProblems(settled).errors,
    ...assertionProblems(settled),
  ];
  return evaluationOf(request, settled, collected, issues);
}

/** `_module.check`, which a module may set for all. */
function checkOf({ pass: { root } }: Settled): boolean {
  const found = root.find(["_module", "check"]);
  return found === undefined || root.optionCell(found.option).value() !== false;
}

function evaluationOf<M extends readonly Module[]>(
  request: EvaluationRequest<M>,
  settled: Settled,
  collected: Collected,
  issues: readonly Problem[],
): Evaluation<ConfigOfModules<M>> {
  const evaluation: Evaluation<ConfigOfModules<M>> = {
    config: settled.config as ConfigOfModules<M>,
    options: optionsView(settled.pass.root, new Reader(undefined)) as Evaluation["options"],
    issues: issues.map((issue) => withPrefix(issue, request.prefix ?? [])),
    warnings: [...formerProblems(settled).warnings, ...warningProblems(settled)],
    extendModules: (more) =>
      evalModules({
        ...request,
        modules: [...request.modules, ...more.modules],
        specialArgs: { ...request.specialArgs, ...more.specialArgs },
      }) as never,
  };
  insides.set(evaluation, { pass: settled.pass, collected });
  return Object.freeze(evaluation);
}

function withPrefix(problem: Problem, prefix: readonly string[]): Problem {
  if (prefix.length === 0 || problem.option === undefined) return problem;
  return { ...problem, option: [...prefix, ...problem.option], message: `${showPath(prefix)}.${problem.message}` };
}
