/** Files that a container may have made, read without going where it says. Facts: path_resolution(7), open(2) O_PATH, O_NOFOLLOW. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Open it as a place only: what it is shows before anything happens to it. Linux's number; Node has no name for it. */
const O_PATH = 0o10000000;

/**
 * The text of a regular file below a directory that belongs to a container.
 * @param root where its root is; a path of ours, `/proc/<pid>/root` too
 * @param path its names, none of which may be a link
 * @param limit bytes; what is longer is not read
 * @returns null where there is no such file, or something else in its place
 */
export function readContained(root: string, path: readonly string[], limit: number): string | null {
  const held: number[] = [];
  const open = (place: string, flags: number): number => {
    const fd = openSync(place, flags);
    held.push(fd);
    return fd;
  };
  try {
    // The last dot: of a link to a root, such as the kernel's own, what it leads to.
    let at = open(`${root}/.`, O_PATH | constants.O_DIRECTORY);
    for (const name of path.slice(0, -1)) {
      at = open(`/proc/self/fd/${at}/${name}`, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
    }
    const file = open(`/proc/self/fd/${at}/${path.at(-1)}`, O_PATH | constants.O_NOFOLLOW);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > limit) return null;
    const bytes = Buffer.alloc(limit);
    return bytes.toString("utf8", 0, readSync(open(`/proc/self/fd/${file}`, constants.O_RDONLY), bytes));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "ESRCH"].includes(code ?? "")) return null;
    throw error;
  } finally {
    for (const fd of held) closeSync(fd);
  }
}
