/**
 * What carrying out a plan needs of the machine: one verb for each kind of step, nothing to decide. `machine.ts` has
 * the real ones; tests bring their own.
 */
import type { NetworkManager } from "../plan/index.ts";
import type { TakeOver } from "../plan/plan.ts";
import type { UnitFailure } from "./explain.ts";

export interface Effects {
  stopUnit(unit: string): Promise<void>;
  startUnit(unit: string): Promise<void>;
  restartUnit(unit: string): Promise<void>;
  reloadUnit(unit: string): Promise<void>;
  daemonReload(): Promise<void>;
  loadPorts(container: string): Promise<void>;
  reloadManager(manager: NetworkManager): Promise<void>;
  writeUnit(unit: string): Promise<void>;
  removeUnit(unit: string): Promise<void>;
  writeUnitLink(link: string, target: string): Promise<void>;
  removeUnitLink(link: string): Promise<void>;
  writeFile(path: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  writeHosts(): Promise<void>;
  seedRoot(container: string): Promise<void>;
  prepare(container: string, order: TakeOver, stop: boolean): Promise<void>;
  declare(container: string): Promise<void>;
  recordGeneration(): Promise<void>;

  /** Before the first step: the generation and the journal of intent are on disk, and durable. */
  begin(): Promise<void>;
  /** After the last step. */
  end(unfinished: Unfinished): Promise<void>;
  /**
   * What became of a unit whose job failed, looked up after the failure; null where systemd shows nothing that failed.
   * `since`: when the job began, in milliseconds since 1970.
   */
  explain(unit: string, since: number): Promise<UnitFailure | null>;
}

/**
 * What a later switch cannot see by looking at the machine. "files": some of the former generation's may be there, or of
 * the next one missing. Otherwise units that run, or do not, as the former generation had them; mostly none.
 */
export type Unfinished = "files" | readonly string[];
