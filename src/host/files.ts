/** What stands where we would write: the text of a file, the target of a link. */
import { lstatSync, readFileSync, readlinkSync } from "node:fs";

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** A regular file's text; null where there is nothing. A link or directory is nobody's text, and not ours. */
export const readText = (path: string): string | null => readFound(path)?.text ?? null;

export interface Found {
  readonly text: string;
  /** When it was last changed in any way (ctime), in milliseconds since 1970. */
  readonly changed: number;
}

/** As an object, and always the same one: from "utf8" alone Node makes one each time. */
const asText = { encoding: "utf8", flag: "r" } as const;
const orNothing = { throwIfNoEntry: false } as const;

/** {@link readText} with what the one look at it says besides. */
export function readFound(path: string): Found | null {
  try {
    const stat = lstatSync(path, orNothing);
    if (stat === undefined) return null;
    return { text: stat.isFile() ? readFileSync(path, asText) : "", changed: stat.ctimeMs };
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
