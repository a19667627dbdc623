/**
 * Whether the values of a settled pass depend on themselves. That they come out the same again does not prove that they
 * do not: `a = mkIf(config.a, true)` does so too. So modules that have a part in what they read are run again with other
 * answers: what they then define differently depends on what they were told.
 */

import { Definers, keyOf, readKey } from "./definers.ts";
import { orders, priorities } from "./definition.ts";
import { type Difference, differences } from "./differences.ts";
import { writtenAt } from "./origins.ts";
import type { Pass } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import type { Read, ReadKind, Run } from "./run.ts";
import { isPlainObject } from "./same.ts";
import { strongComponents } from "./strong-components.ts";
import { argumentsFor, type Bend, Reader } from "./view.ts";

/** One step of a cycle: `path` is computed from `needs`, by `run`. */
export interface CycleStep {
  readonly path: readonly string[];
  readonly needs: readonly string[];
  readonly run: Run;
}

/** A cycle of definitions, each step needed by the one before. */
export type Cycle = readonly CycleStep[];

// Enough for any real configuration; beyond, what was found to settle is taken as it is.
const mostTrials = 4000;

export function findCycles(pass: Pass): Cycle[] {
  const definers = new Definers(pass);
  const known = new Map<Run, Set<Run>>();
  const needs = (run: Run) => {
    let found = known.get(run);
    if (!found) {
      found = new Set();
      for (const read of run.reads) for (const definer of definers.of(read)) found.add(definer);
      known.set(run, found);
    }
    return found;
  };
  const groups = strongComponents(pass.knotted, needs);
  return groups.flatMap((group) => new Audit(pass, new Set(group), definers).cycles());
}

interface Trial {
  readonly run: Run;
  readonly read: Read;
  readonly changed: readonly Difference[];
}

/** The modules of one knot. */
class Audit {
  readonly #seen = new Map<Run, ReadonlyMap<string, unknown>>();

  constructor(
    readonly pass: Pass,
    readonly group: ReadonlySet<Run>,
    readonly definers: Definers,
  ) {}

  cycles(): Cycle[] {
    const inner = new Map([...this.group].map((run) => [run, this.#innerReads(run)]));
    const dependent = [...inner].flatMap(([run, reads]) => this.#changedBy(run, reads));
    const suspects = [...inner].flatMap(([run, reads]) =>
      reads.filter((read) => dependent.some((difference) => touches(difference, read))).map((read) => ({ run, read })),
    );
    // A module that gives something else each time cannot be judged.
    const fickle = new Set(suspects.map(({ run }) => run).filter((run) => this.#isFickle(run)));
    const trials = suspects
      .filter(({ run }) => !fickle.has(run))
      .slice(0, mostTrials)
      .map(({ run, read }): Trial => ({ run, read, changed: this.#changedBy(run, [read]) }));
    return cyclesAmong(trials);
  }

  #isFickle(run: Run): boolean {
    return this.#tryWith(run, new Set(), unknownInstead).length > 0;
  }

  /** An attribute does not come or go with one definition of it if another is there in any case. */
  #settlePresence(run: Run, config: unknown, difference: Difference): Difference {
    const { path, comesOrGoes } = difference;
    if (!comesOrGoes) return difference;
    const below = path.slice(run.scope.path.length);
    const definesIn = (raw: unknown) => writtenAt(raw, below).some((written) => written.counts && written.exact);
    const isSteady = definesIn(run.raw) === definesIn(config) || this.#isDefinedOutside(path);
    return isSteady ? { ...difference, comesOrGoes: false } : difference;
  }

  #isDefinedOutside(path: readonly string[]): boolean {
    const definitions = this.pass.cellAt(path)?.definitions() ?? [];
    const outermost = (run: Run): Run => (run.from ? outermost(run.from) : run);
    return definitions.some(({ run }) => run === undefined || !this.group.has(outermost(run)));
  }

  /** Answers as they were: those of the former pass may be different from what came out of it. */
  #seenBy(run: Run): ReadonlyMap<string, unknown> {
    let seen = this.#seen.get(run);
    if (!seen) {
      seen = new Map(run.reads.map((read) => [readKey(read), read.seen]));
      this.#seen.set(run, seen);
    }
    return seen;
  }

  /** What a module read that a module of the group could define, each once. */
  #innerReads(run: Run): Read[] {
    const reads = new Map<string, Read>();
    for (const read of run.reads) {
      const key = readKey(read);
      if (!reads.has(key) && [...this.definers.of(read)].some((other) => this.group.has(other))) reads.set(key, read);
    }
    return [...reads.values()];
  }

  /**
   * What the module defines differently if it is told something else. Other values are tried apart from whether
   * something is there at all: what is not there has no value to be asked for.
   */
  #changedBy(run: Run, reads: readonly Read[]): Difference[] {
    const isPresence = (read: Read) => read.kind === "exists" || read.kind === "shape";
    const trials: readonly (readonly [readonly Read[], Instead])[] = [
      [reads, unknownInstead],
      [reads.filter((read) => !isPresence(read)), otherInstead],
      [reads.filter(isPresence), otherInstead],
      [reads.filter((read) => read.kind === "value" && isUnknown(read.seen)), falseInstead],
    ];
    return trials.flatMap(([some, instead]) =>
      some.length === 0 ? [] : this.#tryWith(run, new Set(some.map(readKey)), instead),
    );
  }

  #tryWith(run: Run, bent: ReadonlySet<string>, instead: Instead): Difference[] {
    if (!("compute" in run.source.definitions)) return [];
    const seen = this.#seenBy(run);
    const bend: Bend = (path, kind, answer) => {
      const key = readKey({ path, kind });
      const before = seen.has(key) ? seen.get(key) : answer;
      return bent.has(key) ? instead(kind, before) : before;
    };
    const reader = new Reader(run, false, bend);
    const outer = this.pass.reader;
    this.pass.reader = reader;
    try {
      const { config } = run.source.definitions.compute(argumentsFor(run.scope, reader));
      return differences(run.raw, config, run.scope.path).map((difference) =>
        this.#settlePresence(run, config, difference),
      );
    } catch {
      // It cannot live with such an answer: that says nothing.
      return [];
    } finally {
      this.pass.reader = outer;
    }
  }
}

type Instead = (kind: ReadKind, answer: unknown) => unknown;

const unknownInstead: Instead = (kind) => (kind === "keys" || kind === "definitions" ? [] : unknownValue);

const otherInstead: Instead = (kind, answer) => {
  if (answer === unknownValue) return 7;
  if (kind === "shape") return unknownValue;
  if (kind === "keys") return (answer as unknown[]).length > 0 ? [] : ["another"];
  if (kind === "definitions") {
    const own = { value: unknownValue, priority: priorities.plain, order: orders.plain, own: true };
    return (answer as readonly { readonly own: boolean }[]).some((definition) => definition.own) ? [] : [own];
  }
  if (typeof answer === "boolean") return !answer;
  if (typeof answer === "number") return Number.isNaN(answer) ? 7 : answer + 1;
  if (typeof answer === "string") return `${answer}x`;
  if (Array.isArray(answer)) return [];
  return isPlainObject(answer) ? {} : unknownValue;
};

/** What came of nothing but the unknown. */
const isUnknown = (value: unknown): boolean => value === unknownValue || Number.isNaN(value);

/**
 * The unknown is truthy, as its likes above are, and not even: what is behind `config.a`, `config.n % 2 === 0` or a gate
 * shows only with an answer that is the opposite in each of these. As a number, this is 0.
 */
const falseInstead: Instead = () => false;

/** Whether a different definition can change what was read. */
function touches(difference: Difference, read: Read): boolean {
  const { path } = difference;
  const shorter = Math.min(path.length, read.path.length);
  for (let index = 0; index < shorter; index++) if (path[index] !== read.path[index]) return false;
  const below = path.length - read.path.length;
  if (below < 0) return difference.inValue;
  switch (read.kind) {
    case "value":
    case "definitions":
      return difference.inValue;
    case "keys":
      return (below === 0 && difference.inValue) || (below === 1 && difference.comesOrGoes);
    case "exists":
      return below === 0 && difference.comesOrGoes;
    case "shape":
      return below === 0 && (difference.inValue || difference.comesOrGoes);
  }
}

/** One cycle for each read that can be reached from itself, unless another cycle has it already. */
function cyclesAmong(trials: readonly Trial[]): Cycle[] {
  const next = new Map<Trial, { to: Trial; step: CycleStep }[]>();
  for (const from of trials) {
    const edges: { to: Trial; step: CycleStep }[] = [];
    for (const to of trials) {
      if (!from.changed.some((difference) => touches(difference, to.read))) continue;
      edges.push({ to, step: { path: to.read.path, needs: from.read.path, run: from.run } });
    }
    next.set(from, edges);
  }
  const told = new Set<Trial>();
  // Whether a thing is there, and what it is, are two reads and one ring.
  const cycles = new Map<string, Cycle>();
  for (const start of trials) {
    if (told.has(start)) continue;
    const found = wayBack(start, next);
    if (!found) continue;
    for (const trial of found.trials) told.add(trial);
    const cycle = fromSmallest(found.steps.reverse());
    const key = JSON.stringify(cycle.map((step) => step.path));
    if (!cycles.has(key)) cycles.set(key, cycle);
  }
  return [...cycles.values()];
}

/** Where a cycle begins to be told must not hang on the order of modules. */
function fromSmallest(steps: readonly CycleStep[]): Cycle {
  const keys = steps.map((step) => keyOf(step.path));
  const first = keys.indexOf([...keys].sort()[0]!);
  return [...steps.slice(first), ...steps.slice(0, first)];
}

/** The shortest way from a trial to itself. */
function wayBack(start: Trial, next: ReadonlyMap<Trial, readonly { to: Trial; step: CycleStep }[]>) {
  const cameFrom = new Map<Trial, { from: Trial; step: CycleStep }>();
  const queue = [start];
  for (let trial = queue.shift(); trial; trial = queue.shift()) {
    for (const { to, step } of next.get(trial) ?? []) {
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, { from: trial, step });
      if (to !== start) {
        queue.push(to);
        continue;
      }
      const steps: CycleStep[] = [];
      const trials: Trial[] = [];
      let at: Trial = start;
      do {
        const edge = cameFrom.get(at)!;
        steps.unshift(edge.step);
        trials.push(edge.from);
        at = edge.from;
      } while (at !== start);
      return { steps, trials };
    }
  }
  return undefined;
}
