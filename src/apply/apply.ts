/**
 * Carries out a plan, the very value that was printed.
 *
 * 1. The generation and the journal of intent are written; if that fails nothing has changed.
 * 2. Every step whose predecessors are done is started; steps without an order between them run at once.
 * 3. A failed step is told with its cause; what needs it is not run; everything else goes on.
 * 4. The journal is removed, or keeps what a later switch could not see by looking at the machine.
 */
import { StowageError } from "../error.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { asDiskError } from "../store/disk-errors.ts";
import type { Effects, Unfinished } from "./effects.ts";
import { isSeenOnDisk, jobUnit, perform } from "./perform.ts";
import type { OnProgress, Report, ReportRow } from "./report.ts";

/** Steps under way at once. Jobs wait for systemd, not for us; this only bounds the processes that wait. */
const atOnce = 64;

/**
 * @returns a row for every step, in the plan's order
 * @throws StowageError when not even the journal could be written
 */
export async function apply(plan: Plan, effects: Effects, onProgress: OnProgress = () => undefined): Promise<Report> {
  checkOrder(plan.steps);
  await effects.begin();
  const outcomes = await runSteps(plan.steps, effects, onProgress);
  await effects.end(unfinishedOf(outcomes));
  return { rows: outcomes.map(({ row }) => row) };
}

/** A row, and whether the failure can be seen on the machine later: a unit in the state "failed". */
interface Outcome {
  readonly row: ReportRow;
  readonly isVisible: boolean;
}

function unfinishedOf(outcomes: readonly Outcome[]): Unfinished {
  const left = outcomes
    .filter(({ row, isVisible }) => row.outcome !== "done" && !isVisible && !isSeenOnDisk(row.step.action))
    .map(({ row }) => row.step.action);
  const jobs = left.map(jobUnit);
  // A unit that was to be stopped first is one whose files were not written or removed either.
  const isFiles = left.some((action, index) => jobs[index] === null || action.do === "stop-unit");
  return isFiles ? "files" : [...new Set(jobs.filter((unit) => unit !== null))];
}

/** An `after` that names no earlier step is a bug of the planner's, found before anything is touched. */
function checkOrder(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const step of steps) {
    for (const id of step.after) {
      if (!seen.has(id)) throw new Error(`plan: step "${step.id}" comes after "${id}", which is no earlier step`);
    }
    if (seen.has(step.id)) throw new Error(`plan: two steps are called "${step.id}"`);
    seen.add(step.id);
  }
}

function runSteps(steps: readonly Step[], effects: Effects, onProgress: OnProgress): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>(steps.map((step) => [step.id, notRun(step)]));
  const order = orderOf(steps);
  const ready = steps.filter((step) => step.after.length === 0);
  let running = 0;
  return new Promise((resolve, reject) => {
    const settle = (outcome: Outcome) => {
      const { row } = outcome;
      outcomes.set(row.step.id, outcome);
      running -= 1;
      onProgress({ kind: "step-ended", row });
      if (row.outcome === "done") ready.push(...order.done(row.step));
      startReady();
    };
    const startReady = () => {
      while (running < atOnce) {
        const step = ready.shift();
        if (step === undefined) break;
        running += 1;
        onProgress({ kind: "step-started", step });
        runStep(step, effects).then(settle).catch(reject);
      }
      // What is not ready now waits for something that failed: it stays not-run.
      if (running === 0) resolve([...outcomes.values()]);
    };
    startReady();
  });
}

const notRun = (step: Step): Outcome => ({ row: { step, outcome: "not-run" }, isVisible: false });

/** Counts down, for each step, the predecessors that are not done. */
function orderOf(steps: readonly Step[]) {
  const followers = new Map<string, Step[]>(steps.map((step) => [step.id, []]));
  const missing = new Map<Step, number>();
  for (const step of steps) {
    const before = new Set(step.after);
    missing.set(step, before.size);
    for (const id of before) followers.get(id)?.push(step);
  }
  return {
    /** @returns the steps that waited for this one alone */
    done(step: Step): Step[] {
      return (followers.get(step.id) ?? []).filter((follower) => {
        const left = (missing.get(follower) ?? 0) - 1;
        missing.set(follower, left);
        return left === 0;
      });
    },
  };
}

async function runStep(step: Step, effects: Effects): Promise<Outcome> {
  const began = Date.now();
  const took = () => Date.now() - began;
  try {
    await perform(effects, step.action);
    return { row: { step, outcome: "done", took: took() }, isVisible: false };
  } catch (error) {
    const { isVisible, ...cause } = await causeOf(error, step, began, effects);
    return { row: { step, outcome: "failed", took: took(), ...cause }, isVisible };
  }
}

/** Only what is meant for people becomes a row; a bug is not swallowed, but told in the row with its kind. */
async function causeOf(thrown: unknown, step: Step, began: number, effects: Effects) {
  const error = asDiskError(thrown);
  const unit = jobUnit(step.action);
  if (unit !== null && error instanceof StowageError) {
    const failure = await effects.explain(unit, began).catch(() => null);
    if (failure !== null)
      return { error: failure.text, log: failure.log, isVisible: failure.isItself && step.action.do !== "stop-unit" };
  }
  if (!(error instanceof StowageError))
    return { error: error instanceof Error ? `${error}` : String(error), isVisible: false };
  return { error: error.message, log: error.problems[0]?.details ?? [], isVisible: false };
}
