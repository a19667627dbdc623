/** `mkdir -p` that tells what the disk said. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory, and those above it that are missing. Not by Node's own `recursive`: where the disk is read-only or
 * fails, that looks whether the directory is there after all, and tells that it is not.
 * @param mode octal number, less the umask; default 0777
 * @returns the first that was made; undefined where it was there
 */
export function makeAll(path: string, mode = 0o777): string | undefined {
  try {
    mkdirSync(path, mode);
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    const first = makeAll(dirname(path), mode);
    const own = makeNow(path, mode);
    return first ?? own;
  }
}

/** With all above it there. Somebody else may have been faster. */
function makeNow(path: string, mode: number): string | undefined {
  try {
    mkdirSync(path, mode);
    return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
}
