/**
 * A pass evaluates everything once. Modules are run in the order in which they need each other: whoever reads an option
 * waits for the modules that may define it. Only where a module has itself a part in what it reads, a knot, the answer
 * comes from the former pass, and the result stands only if it comes out the same (evaluate.ts).
 */
import type { Cell } from "./cell.ts";
import { directValue } from "./direct.ts";
import type { Failure } from "./failure.ts";
import { Hints, sourceHints } from "./hints.ts";
import { instance } from "./instance.ts";
import { refuel } from "./probe.ts";
import type { Read, Run } from "./run.ts";
import { Scope, type ScopeSpec } from "./scope.ts";
import { scopeValue } from "./scope-value.ts";
import { unusual } from "./unusual.ts";
import { argumentsFor, Reader } from "./view.ts";

/** Thrown to a reader where the answer needs a module that is running: the reader takes the former pass's answer. */
export class Knot extends Error {}

/** Thrown through running modules to where the stack is short again: `run` goes first, they start anew. */
class Suspension {
  constructor(readonly run: Run) {}
}

/** Whether something that was thrown is the evaluator's own: it must go through everything that catches. */
export const isSignal = (thrown: unknown): boolean => thrown instanceof Knot || thrown instanceof Suspension;

/** How many modules may wait for each other on the stack: each holds some twenty frames. Tests make it small. */
export const stackLimit = { runs: 60 };

/** What all passes of an evaluation know. */
export class Knowledge {
  readonly hints = new Map<string, Hints>();
}

/** For tests: the short way can be closed. */
export const shortcuts = { taken: true };

export class Pass {
  readonly root: Scope;
  /** Runs that asked for something they have a part in. */
  readonly knotted = new Set<Run>();
  /** Answers of the former pass that this one gives too. */
  readonly confirmed = new Set<Read>();
  /** A module defined what nobody expected of it, after somebody had read it. */
  spoiled = false;
  readonly scopes: Scope[] = [];
  /** Every cell that has no value for a reason that people must hear. */
  readonly failures: Failure[] = [];
  #depth = 0;
  #suspension: Suspension | undefined;
  /** Whose module is running: reads through handles that outlive a run are on its account. */
  reader: Reader | undefined;

  constructor(
    root: Omit<ScopeSpec, "pass" | "cell">,
    /** Forgotten once two further passes were made. */
    public previous: Pass | undefined,
    readonly knowledge: Knowledge,
  ) {
    this.root = new Scope({ ...root, pass: this, cell: undefined });
  }

  /** The scope of a submodule. Here, so that cells need not know how one is made. */
  readonly instance = instance;
  readonly scopeValue = scopeValue;
  /** The short way for plain data; the tests evaluate without it to see that nothing else comes out. */
  readonly direct = shortcuts.taken ? directValue : () => unusual;

  hintsOf(run: Run): Hints {
    const ofSource = sourceHints(run.source, run.scope.collected);
    const learned = this.knowledge.hints.size > 0 ? this.knowledge.hints.get(run.id) : undefined;
    if (!learned) return ofSource;
    const both = new Hints();
    both.addAll(ofSource);
    both.addAll(learned);
    return both;
  }

  /** Runs the modules of the root; those of submodules are run as their values are asked for. */
  runRoot(): void {
    for (const run of this.root.runs) this.#runFromTop(run);
  }

  /** Everything that was run, and what is fixed. */
  get runs(): Run[] {
    return this.scopes.flatMap((scope) => scope.runs.filter((run) => run.state === "done"));
  }

  /** The cell at a path, with as much evaluated as that takes. */
  cellAt(path: readonly string[]): Cell | undefined {
    return this.fromTop(() => this.#descend(this.root, path));
  }

  #descend(scope: Scope, path: readonly string[]): Cell | undefined {
    const found = scope.find(path);
    if (!found) return undefined;
    let cell: Cell | undefined = scope.optionCell(found.option);
    for (const [index, name] of found.rest.entries()) {
      if (cell.type.merging.by !== "attributes") {
        const shape = cell.shape();
        if (shape.is === "scope") return this.#descend(shape.scope, found.rest.slice(index));
      }
      cell = cell.child(name);
      if (!cell) return undefined;
    }
    return cell;
  }

  /** Calls `work`, which may need modules that have not run, as often as it takes. */
  fromTop<T>(work: () => T): T {
    for (;;) {
      try {
        return work();
      } catch (signal) {
        if (!(signal instanceof Suspension)) throw signal;
        this.#suspension = undefined;
        this.#runFromTop(signal.run);
      }
    }
  }

  /** Whoever was broken off waits on a stack of its own; to need one of them is a knot as if it were running. */
  #runFromTop(first: Run): void {
    const stack = [first];
    for (let run = stack.at(-1); run; run = stack.at(-1)) {
      if (run.state === "waiting") run.state = "pending";
      try {
        this.need(run);
        stack.pop();
      } catch (signal) {
        if (!(signal instanceof Suspension)) throw signal;
        this.#suspension = undefined;
        run.state = "waiting";
        stack.push(signal.run);
      }
    }
  }

  /** Runs a module if it has not run. @throws Knot where it is running */
  need(run: Run): void {
    if (run.state === "done") return;
    if (run.isBusy) throw new Knot();
    if (this.#depth >= stackLimit.runs) {
      this.#suspension = new Suspension(run);
      throw this.#suspension;
    }
    this.#execute(run);
  }

  #execute(run: Run): void {
    run.state = "running";
    this.#depth++;
    const outerReader = this.reader;
    this.reader = new Reader(run);
    refuel();
    try {
      run.execute(argumentsFor(run.scope, this.reader));
    } catch (error) {
      if (this.#suspension === undefined) run.fail(error);
    } finally {
      this.reader = outerReader;
      this.#depth--;
    }
    // Looked at after the module has returned: it may have caught the signal.
    if (this.#suspension) {
      run.reset();
      throw this.#suspension;
    }
    // Before it counts as done: what was read on the strength of its hints must not change.
    if (run.error === undefined) this.#learn(run);
    run.state = "done";
  }

  #learn(run: Run): void {
    const surprises = run.surprises;
    if (surprises.length === 0) return;
    let learned = this.knowledge.hints.get(run.id);
    if (!learned) {
      learned = new Hints();
      this.knowledge.hints.set(run.id, learned);
    }
    for (const [option, extent] of surprises) {
      learned.add(option, extent);
      if (run.scope.existingCell(option)?.wasAsked(extent)) this.spoiled = true;
    }
  }
}
