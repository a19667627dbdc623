/**
 * A definition that is tried before it is anything: where nothing else is, and what is wrong with it told in the words of
 * the command line.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type Place, type Problem, type ProblemDefinition, StowageError } from "../../error.ts";
import { diskErrorsSync } from "../../store/disk-errors.ts";
import { writeFileAtomic } from "../../store/files.ts";
import { type Layout, madeFile } from "../../store/layout.ts";
import type { Written } from "./definition.ts";
import { movedText } from "./embedded.ts";

/** In memory; only who has the switch lock uses it. What one that was killed left there goes with the next one. */
const stagingDir = (layout: Layout): string => `${layout.run}/making`;

export interface Staged {
  /** Of the definition. */
  readonly file: string;
  /** Beside it: what all made ones have locked, and what this one adds. */
  readonly lockFile: string;
}

/**
 * What it says relative to where it belongs, its copy says by absolute paths.
 * @param lockFile of all that are made by hand
 */
export function stage(layout: Layout, name: string, text: string, lockFile: string): Staged {
  const directory = stagingDir(layout);
  const staged = { file: `${directory}/${name}.ts`, lockFile: `${directory}/stowage.lock` };
  diskErrorsSync(directory, () => {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(staged.file, movedText(text, madeFile(layout, name)), { mode: 0o600 });
    if (existsSync(lockFile)) writeFileSync(staged.lockFile, readFileSync(lockFile));
  });
  return staged;
}

export const unstage = (layout: Layout): void => rmSync(stagingDir(layout), { recursive: true, force: true });

/** What was locked for it is what all have locked now. */
export function keepLock({ lockFile }: Staged, kept: string): void {
  const text = existsSync(lockFile) ? readFileSync(lockFile, "utf8") : null;
  if (text === null || (existsSync(kept) && readFileSync(kept, "utf8") === text)) return;
  writeFileAtomic(kept, text);
}

/**
 * Does a piece of work; of the problems that it throws places in the definition become places in what the user gave.
 * @param file where the definition is meanwhile
 * @param kept where it will be: so it is called where nobody else's words are to blame
 */
export async function inWordsOf<T>(
  given: { readonly written: Written; readonly file: string; readonly kept: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    const problems = error.problems.map((problem) => reworded(problem, given));
    throw new StowageError(problems, { exitCode: error.exitCode, cause: error.cause });
  }
}

type Given = Parameters<typeof inWordsOf>[0];

function reworded(problem: Problem, given: Given): Problem {
  const { places = [], definitions, details = [] } = problem;
  const flags = places.flatMap((place) => flagOf(place, given) ?? []);
  const lines = [...details.map((line) => renamed(line, given)), ...flags.map((flag) => `given by ${flag}`)];
  return {
    ...problem,
    message: renamed(problem.message, given),
    places: places.flatMap((place) => placeOf(place, given) ?? []),
    ...(lines.length > 0 && { details: [...new Set(lines)] }),
    ...(definitions && { definitions: definitions.map((one) => rewordedDefinition(one, given)) }),
  };
}

function rewordedDefinition(definition: ProblemDefinition, given: Given): ProblemDefinition {
  const { place, ...rest } = definition;
  if (place === undefined) return definition;
  const there = placeOf(place, given);
  if (there !== null) return { ...rest, place: there };
  return { ...rest, origin: flagOf(place, given) ?? given.kept };
}

const renamed = (text: string, { file, kept }: Given): string => text.replaceAll(file, kept);

const placeOf = (place: Place, { written, file }: Given): Place | null =>
  place.file === file ? written.placeOf(place.line, place.column) : place;

/** Of a place that is in no text of the user's. */
const flagOf = (place: Place, { written, file }: Given): string | null =>
  place.file === file && written.placeOf(place.line, place.column) === null ? written.flagOf(place.line) : null;
