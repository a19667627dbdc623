/**
 * Directories of others in which we have files: `/etc/systemd/network`, `multi-user.target.d`. Those that we made go
 * with the last file in them; one that was there before stays, empty or not. See docs/design/on-disk-format.md.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { readText } from "../host/files.ts";
import { fsyncDirectory, makeDirectories, writeFileAtomic } from "../store/files.ts";
import type { Layout } from "../store/layout.ts";

/** One path a line. */
const listFile = (layout: Layout): string => `${layout.state}/directories`;

/** Makes a directory and those above it, and remembers which were not there. */
export function makeDirectory(layout: Layout, directory: string): void {
  const missing: string[] = [];
  for (let at = directory; !existsSync(at); at = dirname(at)) missing.push(at);
  if (missing.length === 0) return;
  // Before they are there: a run that is cut short in between leaves none that nobody knows of. What is in /etc/stowage
  // needs no list: it is ours, or the user's.
  if (!`${directory}/`.startsWith(`${layout.etc}/`)) writeList(layout, [...new Set([...readList(layout), ...missing])]);
  makeDirectories(directory);
}

/** Removes a directory that we made, and those above it, as far as they are empty. */
export function removeMade(layout: Layout, directory: string): void {
  const made = readList(layout);
  const removed = new Set<string>();
  for (let at = directory; made.includes(at) && removeIfEmpty(at); at = dirname(at)) removed.add(at);
  if (removed.size > 0)
    writeList(
      layout,
      made.filter((one) => !removed.has(one)),
    );
}

/**
 * What {@link removeMade} and the like would have removed with the last file in it, had they come so far.
 * @param paths of files and links, also such as are there
 */
export function removeEmptied(layout: Layout, paths: readonly string[]): void {
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    if (isOursAlone(layout, directory)) removeIfEmpty(directory);
    removeMade(layout, directory);
  }
}

/** /etc/stowage/network is; /etc/stowage itself has the user's files. So are systemd's directories for links, when empty. */
const isOursAlone = (layout: Layout, directory: string): boolean =>
  directory.startsWith(`${layout.etc}/`) || isForLinks(directory);

export const isForLinks = (directory: string): boolean => /\.(wants|requires|upholds)$/.test(directory);

/** Removes a directory where it is empty. @returns whether it is gone */
export function removeIfEmpty(directory: string): boolean {
  try {
    if (readdirSync(directory).length > 0) return false;
    rmdirSync(directory);
    fsyncDirectory(dirname(directory));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Something is mounted at it: not ours to take away.
    if (code === "EBUSY") return false;
    if (code !== "ENOENT") throw error;
  }
  return true;
}

const readList = (layout: Layout): string[] => (readText(listFile(layout)) ?? "").split("\n").filter(Boolean);

function writeList(layout: Layout, paths: readonly string[]): void {
  if (paths.length === 0) rmSync(listFile(layout), { force: true });
  else writeFileAtomic(listFile(layout), paths.map((path) => `${path}\n`).join(""), 0o600);
}
