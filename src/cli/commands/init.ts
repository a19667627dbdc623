/** stowage init: a first configuration, and what an editor needs beside it. */
import { lstatSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { StowageError } from "../../error.ts";
import { exitCodes } from "../exit-codes.ts";
import { typesDirectory } from "../program.ts";
import type { Session, SharedFlags } from "../session.ts";
import { starterFiles } from "../starter.ts";

export type InitFlags = SharedFlags & { readonly json?: boolean; readonly editor?: boolean };

export default async function init(session: Session, flags: InitFlags, directory = "."): Promise<number> {
  const types = typesDirectory();
  if (types === null) throw noTypes();
  const files = starterFiles(types, { editor: flags.editor === true });
  const into = resolve(session.io.cwd(), directory);
  refuseToOverwrite(into, Object.keys(files), directory);
  writeAll(into, files, directory);
  const names = Object.keys(files);
  if (flags.json) session.print(`${JSON.stringify({ directory: into, files: names, types }, null, 2)}\n`);
  else session.print(`${names.map((name) => join(directory, name)).join("\n")}\n`);
  return exitCodes.done;
}

/** All or nothing: half of it would stand in the way of the next try. */
export function writeAll(
  into: string,
  files: Readonly<Record<string, string>>,
  shown: string,
  write: typeof writeFileSync = writeFileSync,
): void {
  const written: string[] = [];
  const directories = missing(into);
  try {
    mkdirSync(into, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const file = join(into, name);
      written.push(file);
      write(file, text, { flag: "wx" });
    }
  } catch (error) {
    // What somebody else has made meanwhile is theirs.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") written.pop();
    for (const file of written) rmSync(file, { force: true });
    removeEmpty(directories);
    throw notWritten(shown, error as NodeJS.ErrnoException);
  }
}

/** The directories of this path that are not there, the lowest first. */
function missing(path: string): string[] {
  return isThere(path) || dirname(path) === path ? [] : [path, ...missing(dirname(path))];
}

function removeEmpty(directories: readonly string[]): void {
  try {
    for (const directory of directories) if (isThere(directory)) rmdirSync(directory);
  } catch {
    // Somebody has put something there: it stays.
  }
}

function refuseToOverwrite(into: string, names: readonly string[], shown: string): void {
  const there = names.filter((name) => isThere(join(into, name)));
  if (there.length === 0) return;
  const others = names.length - there.length > 0 ? "; nothing was written" : "";
  throw new StowageError({
    code: "file-in-the-way",
    message: `${there.map((name) => join(shown, name)).join(", ")} ${there.length === 1 ? "is" : "are"} there already${others}`,
    hint: there.includes("host.ts")
      ? `name another directory: stowage init DIRECTORY${there.length === 1 ? forEditor(shown) : ""}`
      : "move it away, and copy what you need of it into the new one",
  });
}

const forEditor = (shown: string): string =>
  `; for what the editor needs alone: stowage init --editor${shown === "." ? "" : ` ${shown}`}`;

/** A link that leads nowhere is there, too. What cannot be looked at is told when it is written. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function notWritten(shown: string, error: NodeJS.ErrnoException): StowageError {
  const denied = error.code === "EACCES" || error.code === "EPERM";
  return new StowageError(
    {
      code: "not-written",
      message: `cannot write into ${shown}: ${error.message}`,
      ...(denied && { hint: `run it with sudo: sudo stowage init ${shown}` }),
    },
    { exitCode: denied ? exitCodes.needsRoot : exitCodes.error, cause: error },
  );
}

function noTypes(): StowageError {
  return new StowageError({
    code: "no-types",
    message: "this build of stowage has no types, which the editor would need",
    hint: "build it with them: npm run build",
  });
}
