/** One module in one scope: what it defined in this pass, and what it read for that. */
import type { DeclaredOption } from "./declared.ts";
import { priorities } from "./definition.ts";
import type { Extent, Hints } from "./hints.ts";
import { isOption } from "./option.ts";
import { fileOfModule } from "./place.ts";
import { unknownValue } from "./probe.ts";
import { isPlainObject } from "./same.ts";
import { Scatter, type Scattered } from "./scatter.ts";
import type { Scope } from "./scope.ts";
import type { Outcome, Source } from "./source.ts";

/**
 * What was asked of a cell: its value, which attributes it has, whether it is there, of which kind its value is (null or
 * a submodule), what defines it.
 */
export type ReadKind = "value" | "keys" | "exists" | "shape" | "definitions";

export interface Read {
  readonly path: readonly string[];
  readonly kind: ReadKind;
  readonly seen: unknown;
  /** The module itself had a part in what it asked for, so the answer is the former pass's. */
  readonly knot: boolean;
}

export class Run {
  /** waiting: it was broken off so that another could run first. */
  state: "pending" | "running" | "waiting" | "done" = "pending";
  /** What the module returned. */
  raw: unknown;
  reads: Read[] = [];
  /** It read something that has no value, so what it defines means nothing. */
  unreliable = false;
  error: unknown;
  /** Arguments it asked for that nobody gives. */
  readonly missingArguments: string[] = [];
  #scattered: Scattered<Run> | undefined;
  #hints: Hints | undefined;

  constructor(
    readonly scope: Scope,
    readonly source: Source,
    readonly index: number,
    /** Of a definition of a submodule: the run that gave it. */
    readonly from: Run | undefined,
  ) {
    if ("fixed" in source.definitions) {
      this.state = "done";
      this.raw = source.definitions.fixed;
    }
  }

  /** The same in every pass. */
  get id(): string {
    return `${JSON.stringify(this.scope.path)} ${this.index}`;
  }

  /** The file of its module, if the loader told. */
  get file(): string | undefined {
    return fileOfModule(this.source.module) ?? this.from?.file;
  }

  /** What it defines means nothing, as something went wrong before. */
  get isTainted(): boolean {
    return this.unreliable || this.error !== undefined || (this.from?.isTainted ?? false);
  }

  /** Somewhere below on the stack: who needs it now has a part in what it needs. */
  get isBusy(): boolean {
    return this.state === "running" || this.state === "waiting";
  }

  /** It, or what gave it, is a function. */
  get isComputed(): boolean {
    return "compute" in this.source.definitions || (this.from?.isComputed ?? false);
  }

  get hints(): Hints {
    this.#hints ??= this.scope.pass.hintsOf(this);
    return this.#hints;
  }

  /** Whether the module can contribute to the option; asked before it has run. */
  mayDefine(option: DeclaredOption, key?: string): boolean {
    if (this.state === "done") {
      const definitions = this.definitions(option);
      if (definitions === undefined || key === undefined) return definitions !== undefined;
      return definitions.some((d) => !isPlainObject(d.value) || Object.hasOwn(d.value, key));
    }
    return this.hints.mayDefine(option, key);
  }

  /** Whether it could define the option under other circumstances: if a condition held that does not. */
  mightDefine(option: DeclaredOption, key?: string): boolean {
    return this.hints.mayDefine(option, key) || this.mayDefine(option, key);
  }

  /** Only after it has run. */
  definitions(option: DeclaredOption) {
    return this.scattered.definitions.get(option);
  }

  get scattered(): Scattered<Run> {
    this.#scattered ??= new Scatter<Run>(this.scope.collected, this).all(this.raw);
    return this.#scattered;
  }

  /** Runs the module's function; only {@link Pass} calls this. */
  execute(args: object): void {
    if (!("compute" in this.source.definitions)) return;
    const outcome = this.source.definitions.compute(args);
    this.raw = outcome.config;
    const scatter = new Scatter<Run>(this.scope.collected, this).all(outcome.config);
    this.#computedDefaults(outcome, scatter);
    this.#scattered = scatter;
  }

  /** Forgets a run that was broken off. */
  reset(): void {
    this.state = "pending";
    this.reads = [];
    this.#scattered = undefined;
  }

  /** What it defined that its hints did not say. */
  get surprises(): [DeclaredOption, Extent][] {
    const found: [DeclaredOption, Extent][] = [];
    for (const [option, definitions] of this.scattered.definitions) {
      for (const { value, priority, run } of definitions) {
        if (run === undefined) continue;
        const isPart = priority === priorities.plain && isPlainObject(value);
        const missing = this.hints.missing(option, isPart ? Object.keys(value) : "whole");
        if (missing) found.push([option, missing]);
      }
    }
    return found;
  }

  fail(error: unknown): void {
    this.error = error;
    this.raw = undefined;
    this.#scattered = new Scatter<Run>(this.scope.collected, this);
  }

  #computedDefaults(outcome: Outcome, scatter: Scatter<Run>): void {
    if (!this.source.declaresByRunning || outcome.options === undefined) return;
    const walk = (options: unknown, path: readonly string[]) => {
      if (!isPlainObject(options)) return;
      for (const [name, member] of Object.entries(options)) {
        if (!isOption(member)) walk(member, [...path, name]);
        else if ("default" in member && member.default !== unknownValue) {
          const found = this.scope.find([...path, name]);
          if (found?.option.computedDefault) scatter.addDefault(found.option, member.default);
        }
      }
    };
    walk(outcome.options, []);
  }
}
