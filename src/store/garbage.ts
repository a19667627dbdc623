/**
 * What nothing needs any more: generations that are not to be kept, and store paths that no kept generation, no container
 * and no process uses. Removing needs no space on the disk, and may be cut short anywhere.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fsyncDirectory } from "./files.ts";
import { type Layout, storeDir, storePath } from "./layout.ts";
import { isStoreName } from "./names.ts";
import { listStore } from "./store.ts";

/** A generation as far as its age decides. */
export interface Aged {
  readonly number: number;
  /** When it last became current; null: never. */
  readonly switchedAt: Date | null;
  /** The current one, or one whose things may still be on the machine. Never forgotten. */
  readonly needed: boolean;
}

/** What stays. Nothing given: every generation that has been current. Both: what one of them lets stay. */
export interface Keep {
  /** So many of those that have been current, the newest. */
  readonly newest?: number;
  /** Those that became current at this time or later. */
  readonly since?: Date;
}

/** The numbers of generations to forget, ascending. */
export function toForget(generations: readonly Aged[], { newest, since }: Keep): number[] {
  const were = generations.filter(({ switchedAt }) => switchedAt !== null).map(({ number }) => number);
  const young = new Set(were.sort((a, b) => b - a).slice(0, newest ?? 0));
  const stays = ({ number, switchedAt, needed }: Aged): boolean => {
    if (needed) return true;
    if (switchedAt === null) return false;
    if (newest === undefined && since === undefined) return true;
    return young.has(number) || (since !== undefined && switchedAt >= since);
  };
  return generations
    .filter((one) => !stays(one))
    .map(({ number }) => number)
    .sort((a, b) => a - b);
}

/** The store paths that are not among the roots, sorted. */
export const toRemove = (layout: Layout, roots: ReadonlySet<string>): string[] =>
  listStore(layout).filter((name) => !roots.has(name));

const removed = ".removed-";

/** First the name goes, then what it named: a path that is half gone never has a name that a build would take for whole. */
export function removePaths(layout: Layout, names: readonly string[]): void {
  const directory = storeDir(layout);
  for (const name of names) renameSync(storePath(layout, name), join(directory, `${removed}${name}`));
  if (names.length > 0) fsyncDirectory(directory);
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (!name.startsWith(removed) || !isStoreName(name.slice(removed.length))) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}
