/** A case of the tables: modules, and what comes out. */
import { evalModules, mkOption, types } from "../../src/modules/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: modules of tests define what they like
export type Loose = any;

export interface Expected {
  /** The whole configuration, or the listed attributes of it. */
  readonly config?: object;
  /** `code option.path` of every problem. */
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
}

export type Case = readonly [name: string, modules: readonly Loose[], expected: Expected | object];

/** An expectation that is not just the configuration. */
export class Expectation implements Expected {
  readonly config?: object;
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
  constructor(expected: Expected) {
    Object.assign(this, expected);
  }
}

/** Problems and nothing else. */
export const fails = (...problems: string[]) => new Expectation({ problems });
export const gives = (expected: Expected) => new Expectation(expected);

export const int = (value?: Loose) => mkOption({ type: types.int, ...(value !== undefined && { default: value }) });
export const str = (value?: Loose) => mkOption({ type: types.str, ...(value !== undefined && { default: value }) });
export const bool = (value: Loose = false) => mkOption({ type: types.bool, default: value });
export const strings = () => mkOption({ type: types.listOf(types.str), default: [] });
export const any = () => mkOption({ type: types.anything, default: null });

export interface Outcome {
  readonly config: Loose;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export function outcome(modules: readonly Loose[], extra: Loose = {}): Outcome {
  const evaluation = evalModules({ modules, ...extra });
  const told = (list: typeof evaluation.issues) =>
    list.map((problem) => `${problem.code} ${problem.option?.join(".") ?? ""}`.trim());
  return { config: evaluation.config, problems: told(evaluation.issues), warnings: told(evaluation.warnings) };
}
