/** Why an option has its value: every definition of it, winners and losers, with priority and place. */
import type { Place } from "../error.ts";
import type { Cell } from "./cell.ts";
import { insideOf } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import { Failure } from "./failure.ts";
import type { Option } from "./option.ts";
import { OptionCell } from "./option-cell.ts";
import { type WrittenDefinition, writtenAt } from "./origins.ts";
import type { Run } from "./run.ts";
import { showPath, showValue } from "./show.ts";

export interface ExplainedDefinition {
  /** As text; a secret is not shown. */
  readonly value: string;
  /** Lower wins. */
  readonly priority: number;
  readonly place?: Place;
  /** The file, where no place is known. */
  readonly file?: string;
  /** It has part in the value. */
  readonly counts: boolean;
  /** Why it does not. */
  readonly because?: "its condition does not hold" | "another has a better priority";
}

export interface Explanation {
  readonly name: string;
  /** The option that declares it: `containers.web.env` for `containers.web.env.PATH`. */
  readonly option: string;
  readonly type: string;
  readonly description?: string;
  /** As text; undefined where there is none. */
  readonly default?: string;
  /** As text; undefined where it has none, and then `problem` tells why. */
  readonly value?: string;
  readonly problem?: string;
  readonly definitions: readonly ExplainedDefinition[];
  readonly declared: readonly Place[];
}

/** undefined where there is no such option. @param path elements of lists by number, `["forwardPorts", "0"]` */
export function explain(evaluation: Evaluation<unknown>, path: readonly string[]): Explanation | undefined {
  const { pass } = insideOf(evaluation);
  const numbered = path.map((name) => (/^\d+$/.test(name) ? `[${name}]` : name));
  const cell = pass.cellAt(path) ?? pass.cellAt(numbered);
  if (!cell) return undefined;
  const value = pass.fromTop(() => cell.value());
  const declaring = declaringCell(pass.cellAt.bind(pass), cell);
  const { option, places } = declaring.declared;
  const fallback = cell === declaring ? defaultOf(option) : undefined;
  return {
    name: showPath(cell.path),
    option: showPath(declaring.path),
    type: cell.type.description,
    ...(option.description !== undefined && { description: option.description }),
    ...(fallback !== undefined && { default: cell.secret ? "a secret" : fallback }),
    ...(value instanceof Failure ? { problem: value.message } : { value: cell.secret ? "a secret" : showValue(value) }),
    definitions: pass.runs.flatMap((run) => definitionsBy(run, cell)),
    declared: places,
  };
}

function declaringCell(cellAt: (path: readonly string[]) => Cell | undefined, cell: Cell): OptionCell {
  for (let length = cell.path.length; ; length--) {
    const outer = cellAt(cell.path.slice(0, length));
    if (outer instanceof OptionCell) return outer;
  }
}

function defaultOf(option: Option): string | undefined {
  if (option.defaultText !== undefined) return option.defaultText;
  return "default" in option ? showValue(option.default) : undefined;
}

function definitionsBy(run: Run, cell: Cell): ExplainedDefinition[] {
  if (!isWithin(cell.path, run.scope.path)) return [];
  const found = writtenIn(run, cell.path);
  // A definition of a submodule is found where it was written, in the module that gave it.
  if (run.from && !("compute" in run.source.definitions) && writtenIn(run.from, cell.path).length > 0) return [];
  return found.map((written) => explained(written, run, cell));
}

const writtenIn = (run: Run, path: readonly string[]) =>
  isWithin(path, run.scope.path) ? writtenAt(run.raw, path.slice(run.scope.path.length)).filter((w) => w.exact) : [];

const isWithin = (path: readonly string[], outer: readonly string[]) =>
  outer.length < path.length && outer.every((name, index) => path[index] === name);

function explained(written: WrittenDefinition, run: Run, cell: Cell): ExplainedDefinition {
  const wins = cell.definitions().some((d) => d.value === written.value && d.priority === written.priority);
  const because = written.counts ? "another has a better priority" : "its condition does not hold";
  return {
    value: cell.secret ? "a secret" : showValue(written.value),
    priority: written.priority,
    ...(written.place ? { place: written.place } : run.file !== undefined && { file: run.file }),
    counts: written.counts && wins,
    ...(!(written.counts && wins) && { because }),
  };
}
