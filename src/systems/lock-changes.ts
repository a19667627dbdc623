/** What an update of the lock changes, for people. Pure. */
import type { Lock } from "./lock.ts";

export interface VersionChange {
  /**
   * Or `import`, of what is imported whole: then its name is kind and path, its version the beginning of its hash. Or
   * `image`, of an OCI container: its version is a digest.
   */
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
  const packages = suites.flatMap((suite) => differences(suite, versions(before, suite), versions(after, suite)));
  return [
    ...differences("import", imports(before), imports(after)),
    ...differences("image", images(before), images(after)),
    ...packages,
  ];
}

/** A line for each. */
export const changeLines = (changes: readonly VersionChange[]): string => changes.map(changeLine).join("");

function changeLine({ suite, name, from, to }: VersionChange): string {
  if (from === null) return `${suite} ${name}: new, ${to}\n`;
  return `${suite} ${name}: ${from} -> ${to ?? "gone"}\n`;
}

function differences(suite: string, old: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>) {
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names
    .map((name) => ({ suite, name, from: old.get(name) ?? null, to: now.get(name) ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** Enough of a hash to be told from another. */
const imports = (lock: Lock): Map<string, string> =>
  new Map(Object.entries(lock.imports ?? {}).map(([name, digest]) => [name, digest.slice(0, 19)]));

/** In full: it is what one asks a registry for. */
const images = (lock: Lock): Map<string, string> =>
  new Map(Object.entries(lock.images ?? {}).map(([name, pinned]) => [name, pinned.replace(/^.*@/, "")]));

const versions = (lock: Lock, suite: string): Map<string, string> =>
  new Map(lock.suites[suite]?.packages.map(({ name, version }) => [name, version]));
