/**
 * Writing so that a crash leaves the old or the new, never a half. See docs/design/on-disk-format.md, "Who writes what".
 */
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { run } from "../host/run.ts";
import { diskErrorsSync } from "./disk-errors.ts";
import { makeAll } from "./make-all.ts";

/** Names are kept by the directory: without this a renamed file may be gone after a power cut. */
export function fsyncDirectory(path: string): void {
  diskErrorsSync(path, () => {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Makes a directory, and those above it that are missing; their names are kept through a power cut. Costs nothing where
 * it is there.
 * @param mode octal number, less the umask; default 0755
 */
export function makeDirectories(path: string, mode = 0o755): void {
  const first = diskErrorsSync(path, () => makeAll(path, mode));
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) fsyncDirectory(dirname(at));
}

/** Everything that was written to the file system of `path` reaches the disk: syncfs(2), by coreutils' `sync -f`. */
export async function syncFileSystem(path: string): Promise<void> {
  await run(["sync", "-f", path], { package: "coreutils" });
}

/**
 * A regular file with this text at `path`, whole or not at all. Its directory must exist.
 * @param mode octal number, set whatever the umask is; default 0644
 */
export function writeFileAtomic(path: string, text: string | Uint8Array, mode = 0o644): void {
  diskErrorsSync(path, () => replaceFile(path, text, mode));
  fsyncDirectory(dirname(path));
}

function replaceFile(path: string, text: string | Uint8Array, mode: number): void {
  const temporary = `${path}.stowage-${process.pid}`;
  try {
    // "wx" after a removal: never through a link that someone may have put there.
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, "wx", mode);
    try {
      fchmodSync(fd, mode);
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw error;
  }
}

/** Where the disk takes nothing any more, what happened first is what is to be told. */
export function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next run removes it.
  }
}

/** The symlink `path` leads to `target` from now on: at no moment is it missing. */
export function flipSymlink(path: string, target: string): void {
  diskErrorsSync(path, () => replaceLink(path, target, `${path}.new`));
  fsyncDirectory(dirname(path));
}

/** @param temporary its name until it is whole */
export function replaceLink(path: string, target: string, temporary: string): void {
  try {
    rmSync(temporary, { force: true });
    symlinkSync(target, temporary);
    renameSync(temporary, path);
  } catch (error) {
    removeIfPossible(temporary);
    throw error;
  }
}
