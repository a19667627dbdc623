/** What is kept about a lab host beside its files, for another process that enters or ends it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostsDir } from "./places.ts";
import type { Flavour, Suite } from "./tree.ts";

export interface HostRecord {
  readonly suite: Suite;
  readonly flavour: Flavour;
  /** It was booted to stay; any other belongs to the process that booted it, and nobody else may end it. */
  readonly keep: boolean;
  /** The process that holds it: its end is the host's. */
  readonly process: number;
}

/** Undefined where there is no such host, or one that is being booted or removed. */
export function readRecord(name: string): HostRecord | undefined {
  if (!/^lab-[a-z]+-[0-9a-f]+$/.test(name)) return undefined;
  try {
    return JSON.parse(readFileSync(recordFile(name), "utf8")) as HostRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(name: string, record: HostRecord): void {
  writeFileSync(recordFile(name), `${JSON.stringify(record)}\n`);
}

const recordFile = (name: string): string => join(hostsDir(), name, "host.json");
