/** What an evaluation gives. */
import type { Problem } from "../error.ts";
import type { ConfigFrom, Together } from "./infer.ts";
import type { Module, OptionViews } from "./module.ts";
import type { Options } from "./option.ts";

/** One problem of an evaluation; see {@link Problem}. */
export type Issue = Problem;

export interface EvaluationRequest<M extends readonly Module[] = readonly Module[]> {
  readonly modules: M;
  /** Further arguments for module functions; unlike `_module.args` they may be used in `imports`. */
  readonly specialArgs?: Readonly<Record<string, unknown>>;
  /** Put before every option path in messages. */
  readonly prefix?: readonly string[];
  /** False: definitions of options that do not exist are ignored. Default true. */
  readonly check?: boolean;
}

export interface Evaluation<C = unknown> {
  /** Frozen plain data. Reading an option that has neither definition nor default throws a StowageError. */
  readonly config: C;
  /** The declared options, as a tree: `options.containers.isDefined`. */
  readonly options: OptionViews;
  /** Every error of the run, failed assertions among them. Use `config` only where there are none. */
  readonly issues: readonly Issue[];
  /** The texts of the option `warnings`, with their places. */
  readonly warnings: readonly Issue[];
  /** The same evaluation with more modules. */
  extendModules<const M extends readonly Module[]>(
    more: Omit<EvaluationRequest<M>, "prefix" | "check">,
  ): Evaluation<C & ConfigOfModules<M>>;
}

type OptionsOfModule<M> = M extends { readonly options: infer O extends Options } ? O : never;
/** The evaluated type of a list of modules, as far as their options are known to the compiler. */
export type ConfigOfModules<M extends readonly Module[]> = ConfigFrom<Together<OptionsOfModule<M[number]>>>;
