/** Reads the files that a configuration takes contents from. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import type { SourceFile, SourceRequest, Sources } from "../compile/index.ts";
import type { Problem } from "../error.ts";

/** Of one file: its content stands in the recipe of each container that has it, which is kept with each generation. */
export const sourceLimit = 8 * 1024 * 1024;

/**
 * Each file is read once. What cannot be read is a problem in the answer: compile says it with the place of the option.
 * @param directory where relative paths begin: that of host.ts
 */
export function readSources(requests: readonly SourceRequest[], directory: string): Sources {
  const paths = new Set(requests.map(({ path }) => path));
  return new Map([...paths].map((path) => [path, readSource(path, resolve(directory, path))] as const));
}

function readSource(shown: string, path: string): SourceFile | { readonly problem: Problem } {
  try {
    // Not to wait for the other end of a pipe.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpen(shown, descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { problem: unreadable(shown, path, code, message) };
  }
}

function readOpen(shown: string, descriptor: number): SourceFile | { readonly problem: Problem } {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) return { problem: notAFile(shown, stat.isDirectory()) };
  const bytes = stat.size > sourceLimit ? null : readAll(descriptor);
  if (bytes === null) return { problem: tooLarge(shown) };
  return { ...encoded(bytes), executable: (stat.mode & 0o100) !== 0 };
}

/** null: more than the limit, whatever the file system said of its size. */
function readAll(descriptor: number): Buffer | null {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= sourceLimit; ) {
    const chunk = Buffer.allocUnsafe(65536);
    const length = readSync(descriptor, chunk);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return null;
}

function encoded(bytes: Buffer): Pick<SourceFile, "content" | "encoding"> {
  try {
    // With its byte order mark, where it has one: the content is to be the same to the byte.
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { content, encoding: "utf8" };
  } catch {
    return { content: bytes.toString("base64"), encoding: "base64" };
  }
}

const notAFile = (shown: string, isDirectory: boolean): Problem =>
  isDirectory
    ? {
        code: "source-is-directory",
        message: `${shown} is a directory, and a source is a file`,
        hint: "name each file of it, or show the directory with bindMounts",
      }
    : { code: "source-is-no-file", message: `${shown} is not a regular file` };

const tooLarge = (shown: string): Problem => ({
  code: "source-too-large",
  message: `${shown} has more than ${sourceLimit / 1024 / 1024} MiB`,
  details: ["its content becomes part of the configuration, and of each generation"],
  hint: "show it with bindMounts instead",
});

function unreadable(shown: string, path: string, code: string, message: string): Problem {
  const why =
    code === "ENOENT" ? "does not exist" : code === "EACCES" ? "may not be read" : `cannot be read: ${message}`;
  return {
    code: "unreadable-source",
    message: `${shown} ${why}`,
    ...(shown !== path && { details: [`it is ${path}: a relative path begins at the directory of host.ts`] }),
  };
}
