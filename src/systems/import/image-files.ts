/** The files of an OCI image on disk, whether they lie in a directory or in an archive. */
import { closeSync, constants, createReadStream, fstatSync, lstatSync, openSync } from "node:fs";
import { join, posix } from "node:path";
import { Bytes, type Chunks } from "./bytes.ts";
import { compressionOf } from "./compression.ts";
import { cleanPath } from "./policy.ts";
import { BadTar, tarEntries } from "./tar-reader.ts";

export interface ImageFiles {
  has(path: string): boolean;
  /** The content of a file, or null where there is none. */
  open(path: string): Chunks | null;
}

/** @throws BadTar, Truncated, Refused */
export async function imageFiles(path: string): Promise<ImageFiles> {
  return lstatSync(path).isDirectory() ? directoryFiles(path) : archiveFiles(path);
}

/** Names come from the image: only below the directory, and never through a link of its. */
function directoryFiles(directory: string): ImageFiles {
  return {
    has: (name) => lstatSync(join(directory, cleanPath(name, "file")), { throwIfNoEntry: false })?.isFile() === true,
    open(name) {
      const path = join(directory, cleanPath(name, "file"));
      try {
        const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        if (fstatSync(fd).isFile()) return createReadStream(path, { fd });
        closeSync(fd);
      } catch (error) {
        if (!["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      }
      return null;
    },
  };
}

interface Part {
  readonly start: number;
  readonly size: number;
}

/** One pass over the archive says where each file begins; the content is read from there. */
async function archiveFiles(path: string): Promise<ImageFiles> {
  const [parts, links] = [new Map<string, Part>(), new Map<string, string>()];
  let at = 0;
  const counted = async function* () {
    for await (const chunk of createReadStream(path)) {
      at += chunk.length;
      yield chunk;
    }
  };
  const bytes = new Bytes(counted());
  if (compressionOf(await bytes.peek(8)) !== null) {
    throw new BadTar("the archive around the image is compressed: decompress it (gunzip, unxz, …)");
  }
  for await (const { entry } of tarEntries(bytes)) {
    const name = cleanPath(entry.name, "name");
    if (entry.kind === "file") parts.set(name, { start: at - bytes.held, size: entry.size });
    // docker save: a layer that several images share stands there once.
    if (entry.kind === "symlink") links.set(name, posix.join(posix.dirname(name), entry.link));
    if (entry.kind === "hardlink") links.set(name, cleanPath(entry.link, "link"));
  }
  await bytes.close();
  const find = (name: string): Part | undefined => {
    const clean = cleanPath(name, "file");
    return parts.get(clean) ?? parts.get(links.get(clean) ?? "");
  };
  return {
    has: (name) => find(name) !== undefined,
    open(name) {
      const part = find(name);
      if (part === undefined) return null;
      return part.size === 0 ? empty() : createReadStream(path, { start: part.start, end: part.start + part.size - 1 });
    },
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}
