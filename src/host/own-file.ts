/** What we keep for ourselves and run later: only where nobody else can have written it. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/**
 * The content of a file of our own; undefined where it is another user's, others may write to it, it is a link, or it
 * cannot be read: its directory, or one above it, may have been open to others before.
 */
export function readOwnFile(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { uid, mode } = fstatSync(fd);
    return uid === process.geteuid?.() && (mode & 0o022) === 0 ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
