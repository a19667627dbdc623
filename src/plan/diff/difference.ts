/** How two generations differ, as a value: what `stowage diff` prints. Lists are in a stable order; what is empty is there. */

import type { PackageDifference } from "../packages.ts";

/** Of a thing that has a name: only in the second, only in the first, or in both and another. */
export type Change = "added" | "removed" | "changed";

export interface Difference {
  /** By name, only those that differ. */
  readonly containers: Readonly<Record<string, ContainerDifference>>;
  /** What belongs to no container alone. */
  readonly shared: SharedDifference;
}

export interface ContainerDifference {
  readonly change: Change;
  /** Fields of its parameters (docs/reference/parameters.md), with dots between names. */
  readonly settings: readonly ValueDifference[];
  /** Those that somebody asked for by name first. */
  readonly packages: readonly PackageDifference[];
  /** On the host. */
  readonly units: readonly UnitDifference[];
  /** Target by link below the host's unit directory. */
  readonly links: readonly ValueDifference[];
  /** On the host. */
  readonly files: readonly FileDifference[];
  readonly inside: InsideDifference;
}

export interface InsideDifference {
  /** Unit files and drop-ins that are declared: `app.service`, `nginx.service.d/declared.conf`. */
  readonly units: readonly UnitDifference[];
  /** Links in the unit directory and below /etc, by absolute path. */
  readonly links: readonly ValueDifference[];
  /** Files below /etc, and scripts. */
  readonly files: readonly FileDifference[];
  readonly accounts: readonly AccountDifference[];
  /** Further systems of it, by `specialisation/<name>` or `fine-tune/child-<N>`. */
  readonly systems: readonly { readonly name: string; readonly change: Change }[];
  /** What else its system is made from and differs: `builder`, `needs`. */
  readonly others: readonly string[];
}

export interface SharedDifference {
  readonly units: readonly UnitDifference[];
  readonly links: readonly ValueDifference[];
  readonly files: readonly FileDifference[];
  /** Lines of our part of the host's hosts file. */
  readonly hosts: readonly { readonly line: string; readonly change: "added" | "removed" }[];
}

export interface ValueDifference {
  readonly name: string;
  /** null: it is not there, or nothing. */
  readonly from: unknown;
  readonly to: unknown;
}

export interface UnitDifference {
  readonly unit: string;
  readonly change: Change;
  /** Of a unit that is changed. */
  readonly keys: readonly KeyDifference[];
}

export interface KeyDifference {
  /** `Service.ExecStart` */
  readonly key: string;
  /** Its lines; null: it is not there. */
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
}

export interface FileDifference {
  readonly path: string;
  readonly change: Change;
  /** Of a file that is changed: `text`, `mode`, `user`, `group`, … */
  readonly what: readonly string[];
  /** Both texts, null where there is none; not given where not everybody may read it, or where it is no text. */
  readonly texts?: { readonly from: string | null; readonly to: string | null };
}

export interface AccountDifference {
  /** `user app`, `group web`. */
  readonly account: string;
  readonly change: Change;
  /** Of an account that is changed. A password is named, and not shown: both are null. */
  readonly fields: readonly ValueDifference[];
}

/** Names that are in one of them, sorted; with what each has. */
export function both<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): (readonly [name: string, before: T | undefined, after: T | undefined])[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const own = (record: Readonly<Record<string, T>>, name: string) =>
    Object.hasOwn(record, name) ? record[name] : undefined;
  return names.map((name) => [name, own(before, name), own(after, name)] as const);
}

export const changeOf = (before: unknown, after: unknown): Change =>
  before === undefined ? "added" : after === undefined ? "removed" : "changed";

export const isSameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Values by name, each from and to. */
export const valueDifferences = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): ValueDifference[] =>
  both(before, after).flatMap(([name, from, to]) =>
    isSameValue(from, to) ? [] : [{ name, from: from ?? null, to: to ?? null }],
  );
