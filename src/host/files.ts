/** What stands where we would write: the text of a file, the target of a link. */
import { lstatSync, readFileSync, readlinkSync } from "node:fs";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** A regular file's text; null where there is nothing. A link or directory is nobody's text, and not ours. */
export function readText(path: string): string | null {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, "utf8") : "";
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}

/** A symlink's target; null where there is nothing; "" for anything else, which is not ours. */
export function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === "EINVAL") return "";
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return null;
    throw error;
  }
}
