/** What we make of a configuration: facts, or messages that refuse it. */
import { compile, warningsOf } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules } from "../../src/modules/index.ts";
import { renderProblem } from "../../src/modules/render-problem.ts";
import { type HostConfig, hostOptions } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { lock } from "../compile/config.ts";
import type { HostFacts } from "./facts.ts";
import { observe } from "./observe.ts";

export type Outcome = Accepted | { readonly refused: readonly string[] };

export interface Accepted {
  readonly facts: HostFacts;
  /** As a person reads them. */
  readonly warnings: readonly string[];
}

export function outcomeOf(configuration: object): Outcome {
  const evaluation = evalModules({
    modules: [{ options: hostOptions }, configuration],
  }) as Evaluation as Evaluation<HostConfig>;
  if (evaluation.issues.length > 0) return { refused: evaluation.issues.map((issue) => renderProblem(issue, "error")) };
  try {
    const facts = observe(compile(evaluation, lock, defaultLayout));
    const warnings = [...evaluation.warnings, ...warningsOf(evaluation.config)];
    return { facts, warnings: warnings.map((warning) => renderProblem(warning, "warning")) };
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return { refused: error.problems.map((problem) => renderProblem(problem, "error")) };
  }
}

export const accepted = (outcome: Outcome): outcome is Accepted => "facts" in outcome;
