/** What an update of the lock changes, for people. Pure. */
import type { Lock } from "./lock.ts";

export interface VersionChange {
  readonly suite: string;
  readonly name: string;
  /** null: it was not locked before. */
  readonly from: string | null;
  /** null: it is not locked any more. */
  readonly to: string | null;
}

/** Sorted by suite and name; nothing for what stays as it is. */
export function lockChanges(before: Lock, after: Lock): VersionChange[] {
  const suites = [...new Set([...Object.keys(before.suites), ...Object.keys(after.suites)])].sort();
  return suites.flatMap((suite) => {
    const [old, now] = [versions(before, suite), versions(after, suite)];
    const names = [...new Set([...old.keys(), ...now.keys()])].sort();
    return names
      .map((name) => ({ suite, name, from: old.get(name) ?? null, to: now.get(name) ?? null }))
      .filter(({ from, to }) => from !== to);
  });
}

const versions = (lock: Lock, suite: string): Map<string, string> =>
  new Map(lock.suites[suite]?.packages.map(({ name, version }) => [name, version]));
