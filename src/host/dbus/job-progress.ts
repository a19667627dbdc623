/** What is told of a job while it is under way, out of what systemd signals of its unit. */
import type { JobState, OnJob } from "../systemd.ts";
import type { Value, Variant } from "./values.ts";

/** Longest text of a unit's own words about itself that is passed on. */
const longestStatus = 200;

export type Changes = Readonly<Record<string, Value>>;

/** Of a signal PropertiesChanged: by name. */
export function changesOf(body: readonly Value[]): Changes {
  const [, changed] = body as [string, readonly [string, Variant][]];
  return Object.fromEntries(changed.map(([name, variant]) => [name, variant.value]));
}

export function stateIn({ ActiveState: active, SubState: sub, StatusText: status }: Changes): Partial<JobState> {
  return {
    ...(typeof active === "string" && { active }),
    ...(typeof sub === "string" && { sub }),
    ...(typeof status === "string" && { status: status.slice(0, longestStatus) }),
  };
}

/** Collects what becomes known of one job, and passes on what is new. */
export class JobProgress {
  readonly #onJob: OnJob | undefined;
  #state: JobState;
  #told = "";

  constructor(unit: string, onJob: OnJob | undefined) {
    this.#onJob = onJob;
    this.#state = { unit, active: "", sub: "", status: "", waitsFor: [] };
  }

  /** Somebody listens. */
  get isWanted(): boolean {
    return this.#onJob !== undefined;
  }

  /** The unit's state is known; before that nothing is told. */
  get isKnown(): boolean {
    return this.#state.active !== "";
  }

  learn(change: Partial<JobState>): void {
    this.#state = { ...this.#state, ...change };
    const text = JSON.stringify(this.#state);
    if (!this.isKnown || text === this.#told) return;
    this.#told = text;
    this.#onJob?.(this.#state);
  }
}
