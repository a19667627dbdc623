/**
 * systemd's manager, spoken to over its own socket, which needs no bus daemon. The connection is made anew when it was
 * lost: systemd ends it when it executes itself anew. Facts: org.freedesktop.systemd1(5).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Call, CallFailed, Connection, ConnectionLost } from "./connection.ts";
import type { Aftermath } from "./job-result.ts";
import type { Message } from "./message.ts";
import { typeOf, unitPath } from "./unit-names.ts";
import type { Value, Variant } from "./values.ts";

export { privateSocket, typeOf, unitPath } from "./unit-names.ts";

const usualPatience = 60_000;
/** Milliseconds between two attempts to reach a lost systemd. */
const pause = 50;

export interface ManagerEvents {
  wants(header: Message): boolean;
  onSignal(signal: Message): void;
  /** The connection has ended, and what it would have said has not come. */
  onLost(): void;
}

export interface ListedUnit {
  readonly unit: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
}

export interface ListedJob {
  readonly unit: string;
  /** `start`, `stop`, `restart`, `reload`, `verify-active`, … */
  readonly type: string;
  readonly isRunning: boolean;
  /** Of the job's object. */
  readonly path: string;
}

export class Manager {
  readonly #socket: string;
  readonly #events: ManagerEvents;
  readonly #patience: number;
  #connection: Promise<Connection> | null = null;

  /** @param patience milliseconds that a lost systemd may take to come back */
  constructor(socket: string, events: ManagerEvents, patience = usualPatience) {
    this.#patience = patience;
    this.#socket = socket;
    this.#events = events;
  }

  /** @throws ConnectionLost where systemd does not listen, or not to us */
  async connect(): Promise<Connection> {
    const asked = this.#connection;
    const known = await asked?.catch(() => null);
    if (known?.isOpen) return known;
    // Of all who find it lost, one opens another; whoever asks meanwhile gets the same.
    if (this.#connection !== asked) return this.connect();
    this.#connection = Connection.open(this.#socket, {
      wants: (header) => this.#events.wants(header),
      onSignal: (signal) => this.#events.onSignal(signal),
      onEnd: () => this.#events.onLost(),
    });
    return this.#connection;
  }

  /**
   * Work that does no harm when it is done twice: it is done again where the connection was lost.
   * @throws ConnectionLost where systemd does not come back
   */
  async again<T>(work: (connection: Connection, isFirst: boolean) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.#patience;
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await work(await this.connect(), isFirst);
      } catch (error) {
        if (!(error instanceof ConnectionLost) || Date.now() > deadline) throw error;
        await sleep(pause);
      }
    }
  }

  /** A call as {@link again}. @throws CallFailed; ConnectionLost where systemd does not come back */
  ask(call: Call): Promise<readonly Value[]> {
    return this.again((connection) => connection.call(call));
  }

  /** {@link ask} of the manager itself. */
  method(member: string, signature = "", body: readonly Value[] = []): Promise<readonly Value[]> {
    return this.ask({ ...managerCall(member), signature, body });
  }

  /** A property as it is now. @param of the last word of its interface's name: `Unit`, `Service`, `Job` */
  async get(path: string, of: string, property: string): Promise<Value> {
    const body = [`org.freedesktop.systemd1.${of}`, property];
    const [variant] = await this.ask({ path, ...properties, member: "Get", signature: "ss", body });
    return (variant as Variant).value;
  }

  /** Of every unit by its name; one that is not loaded is loaded for it. */
  async units(names: readonly string[]): Promise<ListedUnit[]> {
    return listedUnits(await this.method("ListUnitsByNames", "as", [names]));
  }

  /** Those that are loaded and whose name fits one of the patterns of glob(7). */
  async loadedUnits(patterns: readonly string[]): Promise<ListedUnit[]> {
    return listedUnits(await this.method("ListUnitsByPatterns", "asas", [[], patterns]));
  }

  async jobs(): Promise<ListedJob[]> {
    const [rows] = (await this.method("ListJobs")) as [readonly JobRow[]];
    return rows.map(([, unit, type, state, path]) => ({ unit, type, isRunning: state === "running", path }));
  }

  /** A unit as it is after its job. */
  async aftermath(unit: string): Promise<Aftermath> {
    const path = unitPath(unit);
    // The defaults of a unit whose type has no such thing, or that nobody knows any more.
    const get = <T extends Value>(of: string, property: string, otherwise: T) =>
      this.get(path, of, property).then((value) => value as T, orElse(otherwise));
    const [active, result, reloadResult, inactiveSince] = await Promise.all([
      get("Unit", "ActiveState", "inactive"),
      get(typeOf(unit), "Result", "success"),
      get(typeOf(unit), "ReloadResult", "success"),
      get("Unit", "InactiveEnterTimestampMonotonic", 0n),
    ]);
    return { active, result, reloadResult, inactiveSince };
  }

  /** The units whose jobs a job waits for. @throws CallFailed where it is no more */
  async waitsFor(job: string): Promise<string[]> {
    const call = { path: job, interface: "org.freedesktop.systemd1.Job", member: "GetBefore" };
    const [rows] = (await this.ask(call)) as [readonly JobRow[]];
    return [...new Set(rows.map(([, unit]) => unit))].sort();
  }
}

/** Where systemd refuses to answer. */
export const orElse =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof CallFailed) return value;
    throw error;
  };

type JobRow = readonly [id: number, unit: string, type: string, state: string, path: string, unitPath: string];

const properties = { interface: "org.freedesktop.DBus.Properties" };

export const managerCall = (member: string) => ({
  path: "/org/freedesktop/systemd1",
  interface: "org.freedesktop.systemd1.Manager",
  member,
});

function listedUnits([rows]: readonly Value[]): ListedUnit[] {
  return (rows as readonly (readonly string[])[]).map(([unit = "", , load = "", active = "", sub = ""]) => ({
    unit,
    load,
    active,
    sub,
  }));
}
