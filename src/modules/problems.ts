/** From what went wrong to problems for people. */
import type { Place, Problem, ProblemDefinition } from "../error.ts";
import type { Cell } from "./cell.ts";
import type { CellDefinition } from "./cell-definitions.ts";
import type { Failure } from "./failure.ts";
import { isOption } from "./option.ts";
import { placesIn } from "./origins.ts";
import { shownFile } from "./place.ts";
import type { Run } from "./run.ts";
import { isPlainObject } from "./same.ts";
import type { Misfit } from "./scatter.ts";
import { messageOf, showPath, showValue } from "./show.ts";
import { nearestNames } from "./suggest.ts";

export function problemOf(failure: Failure): Problem {
  const { cell, code, message, hint } = failure;
  const definitions = failure.definitions.map((definition) => problemDefinition(cell, definition));
  const places = definitions.flatMap((definition) => definition.place ?? []);
  return {
    code,
    message: `${showPath(cell.path)} ${message}`,
    option: cell.path,
    ...(definitions.length > 0 && { definitions }),
    ...(places.length > 0 && { places }),
    ...(hint !== undefined && { hint }),
  };
}

function problemDefinition(cell: Cell, definition: CellDefinition): ProblemDefinition {
  const value = cell.secret ? "a secret" : showValue(definition.value);
  const { priority, run } = definition;
  const place = run ? placesIn(run, cell.path, definition.value)[0] : cell.declarationPlace;
  const origin = run === undefined ? "default of the option" : run.file;
  return { value, priority, ...(place && { place }), ...(origin !== undefined && { origin }) };
}

export function misfitProblem(run: Run, misfit: Misfit): Problem {
  const path = [...run.scope.path, ...misfit.path];
  const places = placesIn(run, path, misfit.value);
  const base = { option: path, ...(places.length > 0 ? { places } : run.file ? { details: [`in ${run.file}`] } : {}) };
  const name = path.length === 0 ? "what the module returns" : showPath(path);
  switch (misfit.code) {
    case "unknown-option": {
      const hint = holdsOption(misfit.value)
        ? "options are declared below `options`; `config` holds their definitions"
        : nameHint(path[path.length - 1]!, misfit.names ?? []);
      return { code: misfit.code, message: `${name} does not exist`, ...base, ...(hint && { hint }) };
    }
    case "wrong-type": {
      const message = `${name} must be an object of definitions, this is ${showValue(misfit.value)}`;
      return { code: misfit.code, message, ...base };
    }
    case "bad-condition": {
      const message = `${name} has an mkIf whose condition is ${showValue(misfit.value)}, not a boolean`;
      return { code: misfit.code, message, ...base, hint: "compare it, or put !! before it" };
    }
  }
}

const holdsOption = (value: unknown): boolean =>
  isOption(value) || (isPlainObject(value) && Object.values(value).some(isOption));

/** The whole list of names is told only where it is short. */
const mostNames = 8;

function nameHint(wrong: string, names: readonly string[]): string | undefined {
  const near = nearestNames(wrong, names);
  if (near.length > 0) return `did you mean ${near.join(" or ")}?`;
  return names.length > 0 && names.length <= mostNames ? `there is: ${[...names].sort().join(", ")}` : undefined;
}

/** A module that threw. */
export function errorProblem(run: Run): Problem {
  const { error } = run;
  const said = messageOf(error);
  const missing = [...new Set(run.missingArguments)];
  const where = run.scope.path.length > 0 ? `the module of ${showPath(run.scope.path)}` : "a module";
  const place = placeOfError(error);
  return {
    code: "module-error",
    message: `${where} failed: ${said}`,
    ...(place ? { places: [place] } : run.file ? { details: [`in ${run.file}`] } : {}),
    ...(missing.length > 0 && {
      hint: `it asks for ${missing.join(", ")}, which neither specialArgs nor _module.args gives`,
    }),
  };
}

/** The first frame of a stack in a file that the loader knows. */
export function placeOfError(error: unknown): Place | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  for (const line of error.stack.split("\n")) {
    const match = /\(?((?:file:\/\/)?\/[^():]+):(\d+):(\d+)\)?$/.exec(line.trim());
    const file = match && shownFile(match[1]!);
    if (file) return { file, line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}
