/** Looking through a tree that was built: never through its symlinks, which mean places inside it and not on the host. */
import { type Dirent, lstatSync, lutimesSync, readdirSync } from "node:fs";
import { join } from "node:path";

function entries(directory: string): Dirent[] {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() ? readdirSync(directory, { withFileTypes: true }) : [];
}

/**
 * The paths below `top` that fit a pattern like `etc/ssh/ssh_host_*`. A `*` stands for any part of one name, a leading
 * `**` for any directories. Symlinks are found, not followed.
 */
export function findPaths(top: string, pattern: string): string[] {
  const [first, ...rest] = pattern.split("/");
  if (first === "**") {
    const below = entries(top).filter((entry) => entry.isDirectory());
    return [...findPaths(top, rest.join("/")), ...below.flatMap((entry) => findPaths(join(top, entry.name), pattern))];
  }
  const form = namePattern(first as string);
  const found = entries(top).filter((entry) => form.test(entry.name));
  if (rest.length === 0) return found.map((entry) => join(top, entry.name));
  return found.flatMap((entry) => findPaths(join(top, entry.name), rest.join("/")));
}

function namePattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  );
}

/** Every regular file below a directory. */
export function regularFiles(top: string): string[] {
  return entries(top).flatMap((entry) => {
    const path = join(top, entry.name);
    return entry.isDirectory() ? regularFiles(path) : entry.isFile() ? [path] : [];
  });
}

/**
 * Sets every time stamp that is later than `epoch`, or that was made after `started`, to `epoch` (both in seconds).
 * Deepest first, though setting a time does not change that of the directory. What already fits is not touched: such
 * files may be shared with other trees.
 */
export function clampTimes(path: string, epoch: number, started: number): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) clampTimes(join(path, name), epoch, started);
  const late = stat.mtimeMs > epoch * 1000 || stat.mtimeMs >= started * 1000;
  if (late && stat.mtimeMs !== epoch * 1000) lutimesSync(path, epoch, epoch);
}
