/** All problems of an evaluation, each once, consequences of others left out. */
import type { Problem } from "../error.ts";
import type { Cell } from "./cell.ts";
import type { Collected } from "./collect.ts";
import type { Cycle } from "./cycles.ts";
import type { Failure } from "./failure.ts";
import { placesIn } from "./origins.ts";
import { errorProblem, misfitProblem, problemOf } from "./problems.ts";
import type { Read, Run } from "./run.ts";
import type { Settled } from "./settle.ts";
import { showPath } from "./show.ts";

export function gatherProblems(settled: Settled, collected: Collected, check: boolean): Problem[] {
  const { pass, cycles, restless } = settled;
  // Where something depends on itself, what modules computed is not judged: it may hang on that.
  const isTainted = (run: Run) => run.isTainted || (cycles.length > 0 && run.isComputed);
  const problems: Problem[] = [...collected.problems, ...nestedProblems(settled, collected)];
  problems.push(...cycles.map(cycleProblem));
  if (cycles.length === 0 && restless.length > 0) problems.push(restlessProblem(restless));
  for (const run of pass.runs) {
    if (run.error !== undefined && !run.unreliable && cycles.length === 0 && !readFailures(run, pass.failures)) {
      problems.push(errorProblem(run));
    }
    for (const misfit of run.scattered.misfits) {
      if (check || misfit.code !== "unknown-option") problems.push(misfitProblem(run, misfit));
    }
  }
  for (const failure of firstOfEach(pass.failures)) {
    if (!failure.definitions.some((definition) => definition.run && isTainted(definition.run))) {
      problems.push(problemOf(failure));
    }
  }
  return sorted(problems);
}

/** Whether something has no value in what a module read: an element of a list, an attribute. It fails by that. */
function readFailures(run: Run, failures: readonly Failure[]): boolean {
  return failures.some(({ cell }) => run.reads.some(({ path }) => path.every((name, at) => cell.path[at] === name)));
}

/** Declarations of submodules: told once for all instances of a type. */
function nestedProblems(settled: Settled, root: Collected): Problem[] {
  const seen = new Set([root]);
  const problems: Problem[] = [];
  for (const scope of settled.pass.scopes) {
    if (seen.has(scope.collected)) continue;
    seen.add(scope.collected);
    for (const problem of scope.collected.problems) {
      const message = problem.option ? `${showPath(scope.path)}.${problem.message}` : problem.message;
      problems.push({ ...problem, message, option: [...scope.path, ...(problem.option ?? [])] });
    }
  }
  return problems;
}

function cycleProblem(cycle: Cycle): Problem {
  const first = cycle[0]!;
  const places = cycle.flatMap((step) => placesIn(step.run, step.path).slice(0, 1));
  return {
    code: "cycle",
    message: `${showPath(first.path)} depends on itself`,
    option: first.path,
    ...(places.length > 0 && { places }),
    details: cycle.map((step) => `${showPath(step.path)} is computed from ${showPath(step.needs)}`),
    hint: "define one of them without reading the others",
  };
}

function restlessProblem(restless: readonly Read[]): Problem {
  const paths = [...new Set(restless.map((read) => showPath(read.path)))].slice(0, 5);
  return {
    code: "unsettled",
    message: `the values of ${paths.join(", ")} change each time the modules are run`,
    option: restless[0]!.path,
    hint: "a module must give the same definitions for the same config: no random numbers, no time of day",
  };
}

function firstOfEach(failures: readonly Failure[]): Failure[] {
  const byCell = new Map<Cell, Failure>();
  for (const failure of failures) if (!byCell.has(failure.cell)) byCell.set(failure.cell, failure);
  return [...byCell.values()];
}

/** By place in the files, then by option, so that one input gives one text. */
function sorted(problems: readonly Problem[]): Problem[] {
  const key = (problem: Problem) => {
    const place = problem.places?.[0];
    const where = place ? `0${place.file}\u0000${pad(place.line)}${pad(place.column)}` : "1";
    return `${where}\u0000${problem.option?.join("\u0000") ?? ""}\u0000${problem.message}`;
  };
  const keyed = problems.map((problem) => ({ problem, key: key(problem) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map((entry) => entry.problem);
}

const pad = (n: number) => String(n).padStart(8, "0");
