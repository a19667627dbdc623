/**
 * The command's code as V8 has compiled it, kept from one run to the next: in a short run, compiling those functions that
 * are used is a third of all. Whatever is wrong with what is kept, the code itself is run, and it is kept anew.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { removeAbandoned } from "../host/abandoned.ts";
import { readOwnFile } from "../host/own-file.ts";

export interface CodeFile {
  /** Of a CommonJS module, in ASCII; absolute. */
  readonly path: string;
  /** Of its content. */
  readonly hash: string;
}

export interface Code {
  readonly exports: unknown;
  /** To be called once everything that this run needs has been compiled. Never throws. */
  keep(): void;
}

/** Lines of the file keep their numbers, for stacks of errors. */
const header = "(function (exports, require, module, __filename, __dirname) {\n";

/**
 * Runs a module.
 * @param directory for what is kept; made where it is missing. Not used if it is another user's: what is in it is run
 * @param use what this run is for: each needs functions of its own
 */
export function runCode(code: CodeFile, require: NodeJS.Require, directory: string, use: string): Code {
  const isUsed = isOurs(directory);
  const path = join(directory, `${code.hash}-${process.version}-${process.arch}-${use}`);
  const kept = isUsed ? read(path) : undefined;
  const script = new Script(`${header}${readFileSync(code.path, "latin1")}\n})`, {
    filename: code.path,
    lineOffset: -1,
    ...(kept && { cachedData: kept.data }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, code.path, dirname(code.path));
  const known = kept !== undefined && script.cachedDataRejected === false ? kept.milliseconds : 0;
  return {
    exports: module.exports,
    keep() {
      const milliseconds = cpuTime();
      // A run that took much longer has used functions that those before did not.
      if (!isUsed || milliseconds < 1.5 * known) return;
      try {
        write(path, { data: script.createCachedData(), milliseconds });
        removeFormer(directory, code.hash);
        removeAbandoned(directory);
      } catch {
        // A disk that is full, or `uninstall`, which has just removed the directory. The next run will be as slow.
      }
    },
  };
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system) / 1000);
}

/** Made before anything else is done: what is removed meanwhile stays removed. */
function isOurs(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const found = lstatSync(directory);
    if (!found.isDirectory() || found.uid !== process.geteuid?.()) return false;
    if ((found.mode & 0o077) !== 0) chmodSync(directory, 0o700);
    return true;
  } catch {
    return false;
  }
}

interface Kept {
  readonly data: Buffer;
  /** CPU time of the run that it is from. */
  readonly milliseconds: number;
}

/** V8 checks version and flags, and the length of the source; not whether the data are whole. */
const hashOf = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

/** Behind the data: hash and time. V8 would copy data that do not begin at an even address. */
const timeLength = 8;
const trailerLength = 64 + timeLength;

function read(path: string): Kept | undefined {
  const all = readOwnFile(path);
  if (all === undefined) return undefined;
  const data = all.subarray(0, -trailerLength);
  const trailer = all.toString("latin1", data.length);
  if (trailer.slice(0, -timeLength) !== hashOf(data)) return undefined;
  return { data, milliseconds: Number(trailer.slice(-timeLength)) };
}

/** Under another name first: a second process must not read half of it. */
function write(path: string, { data, milliseconds }: Kept): void {
  const trailer = hashOf(data) + String(milliseconds).padStart(timeLength, "0");
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, Buffer.concat([data, Buffer.from(trailer, "latin1")]), { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const week = 7 * 24 * 3600 * 1000;

/** What other versions of the command have kept, unless somebody may be using both in turns. */
function removeFormer(directory: string, hash: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!name.startsWith(hash) && Date.now() - statSync(path).mtimeMs > week) rmSync(path, { force: true });
  }
}
