/**
 * The module system: options, definitions, modules, and their evaluation to one configuration. A library of its own; it
 * knows nothing of containers.
 */
export * from "./definition.ts";
export { evalModules } from "./evaluate.ts";
export type { Evaluation, EvaluationRequest, Issue } from "./evaluation.ts";
export { type ExplainedDefinition, type Explanation, explain } from "./explain.ts";
export type { ConfigFrom, ConfigOf, DefOf, DefsFrom, Wrapped } from "./infer.ts";
export { type Lib, lib } from "./lib.ts";
// Not by name: an interface that is re-exported by name cannot be added to by declaration merging.
export * from "./module.ts";
export * from "./moves.ts";
export * from "./option.ts";
export { type AtPath, optionAt } from "./option-at.ts";
export { Conflict, type Definition, type JsonSchema, type Merging, type OptionType } from "./option-type.ts";
export { placesOf } from "./places-of.ts";
export { type OptionDoc, optionDocs, optionsMarkdown } from "./reference.ts";
export { renderProblem } from "./render-problem.ts";
export { optionsSchema } from "./schema.ts";
export { searchOptions } from "./search.ts";
export { types } from "./types/index.ts";
