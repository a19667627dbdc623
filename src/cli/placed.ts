/** Problems that show only when a system is built, told with the place of the option that they are about. */
import type { Generation } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import { type Evaluation, placesOf } from "../modules/index.ts";

const evaluations = new WeakMap<object, Evaluation<unknown>>();

/** Remembers what a generation was made from. */
export function madeFrom(evaluation: Evaluation<unknown>, generation: Generation): Generation {
  evaluations.set(generation, evaluation);
  return generation;
}

/** Runs a piece of work for a generation; of the problems that it throws those that name an option get its places. */
export async function placed<T>(generation: object, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const evaluation = evaluations.get(generation);
    if (!(error instanceof StowageError) || evaluation === undefined) throw error;
    const problems = error.problems.map((problem) => {
      if (problem.option === undefined || problem.places !== undefined) return problem;
      const places = placesOf(evaluation, problem.option);
      return places.length === 0 ? problem : { ...problem, places };
    });
    throw new StowageError(problems, { exitCode: error.exitCode, cause: error.cause });
  }
}
