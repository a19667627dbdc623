/**
 * Jobs of systemd's, from their beginning to their result. The result comes as a signal, at once; and should that be
 * lost, because the connection was, job and unit are looked at every second. So nothing waits for ever but for a job
 * that is under way.
 */
import type { OnJob } from "../systemd.ts";
import { changesOf, JobProgress, stateIn } from "./job-progress.ts";
import { afterwards, type JobResult, type Verb } from "./job-result.ts";
import { type ListedJob, Manager, managerCall, orElse, unitPath } from "./manager.ts";
import type { Message } from "./message.ts";
import type { Value } from "./values.ts";

/** Milliseconds until the first look at a job that goes on, and between any two of them. */
const firstLook = 250;
const nextLook = 1000;

export interface JobRequest {
  readonly verb: Verb;
  readonly unit: string;
  /** Of the manager's methods, one that returns a job, with its arguments. */
  readonly member: string;
  readonly signature: string;
  readonly body: readonly Value[];
}

interface Watched {
  readonly verb: Verb;
  readonly unit: string;
  /** The unit's object. */
  readonly object: string;
  /** In microseconds of CLOCK_MONOTONIC. */
  readonly began: bigint;
  readonly progress: JobProgress;
  resolve(result: JobResult): void;
  reject(error: unknown): void;
}

export class Jobs {
  readonly manager: Manager;
  /** By the job's object. Several of a job: systemd makes one of two that want the same. */
  readonly #watched = new Map<string, Watched[]>();
  /** Results of jobs that nobody watches yet: a signal may come before the reply that names its job. */
  readonly #early = new Map<string, JobResult>();
  #beginning = 0;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  /** @param patience see {@link Manager} */
  constructor(socket: string, patience?: number) {
    const events = {
      wants: (header: Message) => this.#wants(header),
      onSignal: (signal: Message) => this.#onSignal(signal),
      onLost: () => this.#lookNow(),
    };
    this.manager = new Manager(socket, events, patience);
  }

  /**
   * Begins a job and waits for its result.
   * @throws CallFailed where there is no job at all; ConnectionLost where systemd does not come back
   */
  async run(request: JobRequest, onJob?: OnJob): Promise<JobResult> {
    const began = process.hrtime.bigint() / 1000n;
    this.#beginning += 1;
    try {
      const job = await this.#begin(request);
      const early = this.#early.get(job);
      // Not awaited here: from now on its result is not an early one.
      return early ?? this.#watch(job, request, began, onJob);
    } finally {
      this.#beginning -= 1;
      if (this.#beginning === 0) this.#early.clear();
    }
  }

  /** Whoever waits gets no answer, and nothing keeps the process alive for it. */
  leave(): void {
    this.#watched.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @returns the job's object */
  #begin({ verb, unit, member, signature, body }: JobRequest): Promise<string> {
    return this.manager.again(async (connection, isFirst) => {
      // systemd may have read the call before it went away, and keeps its jobs over that.
      const jobs = isFirst ? [] : await this.manager.jobs();
      const known = jobs.find((job) => job.unit === unit && isOf(verb, job));
      if (known !== undefined) return known.path;
      const [job] = await connection.call({ ...managerCall(member), signature, body });
      return job as string;
    });
  }

  #watch(job: string, { verb, unit }: JobRequest, began: bigint, onJob?: OnJob): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      const progress = new JobProgress(unit, onJob);
      const one: Watched = { verb, unit, object: unitPath(unit), began, progress, resolve, reject };
      this.#watched.set(job, [...(this.#watched.get(job) ?? []), one]);
      // It keeps the process alive as long as anything is watched.
      this.#timer ??= setTimeout(() => void this.#look(), firstLook);
    });
  }

  #wants({ path = "", member }: Message): boolean {
    if (member === "JobRemoved") return this.#beginning > 0 || this.#watched.size > 0;
    if (member !== "PropertiesChanged") return false;
    return this.#watched.has(path) || this.#watchersOf(path).length > 0;
  }

  #onSignal({ path = "", member, body }: Message): void {
    if (member === "JobRemoved") {
      const [, job, , result] = body as [number, string, string, string];
      if (this.#beginning > 0) this.#early.set(job, result);
      this.#settle(job, ({ resolve }) => resolve(result));
      return;
    }
    const changes = changesOf(body);
    const isBegun = changes.State === "running";
    for (const { progress } of isBegun ? (this.#watched.get(path) ?? []) : []) progress.learn({ waitsFor: [] });
    for (const { progress } of this.#watchersOf(path)) progress.learn(stateIn(changes));
  }

  /** Those who want to know how a unit stands. */
  #watchersOf(object: string): Watched[] {
    const all = [...this.#watched.values()].flat();
    return all.filter((one) => one.progress.isWanted && one.object === object);
  }

  #settle(job: string, finish: (watched: Watched) => void): void {
    const all = this.#watched.get(job) ?? [];
    this.#watched.delete(job);
    if (this.#watched.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    all.forEach(finish);
  }

  #lookNow(): void {
    if (this.#watched.size === 0 || this.#isLooking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), 0);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const watched = [...this.#watched];
    try {
      const listed = new Map((await this.manager.jobs()).map((job) => [job.path, job]));
      // What was sent before this list has arrived before it: a job that is gone without a result has lost it.
      await Promise.all(
        watched.map(([path, some]) => {
          const job = listed.get(path);
          return job === undefined ? this.#settleUnheard(path, some) : this.#tellOf(job, some);
        }),
      );
    } catch (error) {
      for (const [path] of watched) this.#settle(path, ({ reject }) => reject(error));
    } finally {
      this.#isLooking = false;
      clearTimeout(this.#timer);
      this.#timer = this.#watched.size === 0 ? undefined : setTimeout(() => void this.#look(), nextLook);
    }
  }

  async #settleUnheard(path: string, [first]: readonly Watched[]): Promise<void> {
    if (first === undefined || !this.#watched.has(path)) return;
    const unit = await this.manager.aftermath(first.unit);
    this.#settle(path, ({ verb, began, resolve }) => resolve(afterwards(verb, unit, began)));
  }

  async #tellOf(job: ListedJob, some: readonly Watched[]): Promise<void> {
    const wanted = some.filter(({ progress }) => progress.isWanted);
    if (wanted.length === 0) return;
    // Refused where it has just ended: its result is on the way.
    const waitsFor = job.isRunning ? [] : await this.manager.waitsFor(job.path).catch(orElse([]));
    const isNew = wanted.some(({ progress }) => !progress.isKnown);
    const [unit] = isNew ? await this.manager.units([job.unit]) : [];
    for (const { progress } of wanted) {
      progress.learn({ ...(unit && { active: unit.active, sub: unit.sub }), waitsFor });
    }
  }
}

/** A restart is a start in its second half. */
const isOf = (verb: Verb, { type }: ListedJob): boolean => type === verb || (verb === "restart" && type === "start");
