/**
 * Files of ours outside the store, and those of others, which are never written over and never removed.
 * See docs/design/on-disk-format.md, "The ownership mark".
 */
import { existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HostFile } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { readLink, readText } from "../host/files.ts";
import { withHostsBlock } from "../host/hosts.ts";
import { fsyncDirectory, makeDirectories, replaceLink, writeFileAtomic } from "../store/files.ts";
import type { Layout } from "../store/layout.ts";
import { saysOurs } from "../units/index.ts";
import { isForLinks, makeDirectory, removeIfEmpty } from "./directories.ts";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/**
 * Writes a file of ours.
 * @param listed a generation of ours has this path: then it is ours whatever it says
 * @throws StowageError `foreign-file`
 */
export function writeOurs(layout: Layout, path: string, { text, mode }: HostFile, listed: boolean): void {
  const found = readText(path);
  if (found !== null && !listed && !saysOurs(found)) throw foreign(path);
  makeDirectory(layout, dirname(path));
  writeFileAtomic(path, text, Number.parseInt(mode, 8));
}

/** Removes a file of ours; one that is gone already is no failure. @throws StowageError `foreign-file` */
export function removeOurs(path: string, listed: boolean): void {
  const found = readText(path);
  if (found === null) return;
  if (!listed && !saysOurs(found)) throw foreign(path);
  rmSync(path);
  fsyncDirectory(dirname(path));
}

/** Makes `path` a symlink to `target`. @throws StowageError `foreign-file` where something that is no symlink stands */
export function writeLink(path: string, target: string): void {
  if (readLink(path) === "") throw foreign(path);
  makeDirectories(dirname(path));
  replaceLink(path, target, `${path}.stowage-${process.pid}`);
  fsyncDirectory(dirname(path));
}

/** Removes a symlink, and its directory if that is one of systemd's for links and empty now. */
export function removeLink(path: string): void {
  const found = readLink(path);
  if (found === "") throw foreign(path);
  const directory = dirname(path);
  if (found !== null) {
    rmSync(path);
    fsyncDirectory(directory);
  }
  if (isForLinks(directory)) removeIfEmpty(directory);
}

/**
 * Removes what a killed process left beside files that it was writing: `<name>.stowage-<pid>`. Only while no other
 * switch can be under way.
 */
export function removeTemporaries(paths: readonly string[]): void {
  const names = new Set(paths);
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    if (!existsSync(directory)) continue;
    for (const name of readdirSync(directory)) {
      const of = /^(.+)\.stowage-\d+$/.exec(name)?.[1];
      if (of !== undefined && names.has(`${directory}/${of}`)) rmSync(`${directory}/${name}`);
    }
  }
}

/**
 * Puts our block into a hosts file. Where the file is a mount point of its own, as in a container, it cannot be replaced
 * by rename (EBUSY), and is written in place.
 */
export function writeHostsBlock(path: string, block: string, replace = writeFileAtomic): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw notAFile(path);
  const before = readText(path) ?? "";
  const after = withHostsBlock(before, block);
  if (after === before) return;
  const mode = found?.mode ?? 0o644;
  try {
    replace(path, after, mode & 0o777);
  } catch (error) {
    if (codeOf(error) !== "EBUSY") throw error;
    writeFileSync(path, after, { flush: true });
  }
}

/** Somebody else manages what it leads to: to put a file in its place would lose that. */
function notAFile(path: string): StowageError {
  return new StowageError({
    code: "foreign-file",
    message: `${path} is not a regular file`,
    details: ["names of containers are written into it, between two marks, and it is left as it is otherwise"],
    hint: "make it a regular file with the same text, then switch again",
  });
}

function foreign(path: string): StowageError {
  return new StowageError({
    code: "foreign-file",
    message: `${path} exists and is not ours`,
    details: ["it does not begin with stowage's mark, and no generation of ours lists it"],
    hint: "move it away, then switch again",
  });
}
