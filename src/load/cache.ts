/** Bundles that were made before, by the content of all their inputs. The directory is its owner's alone: it holds code. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StowageError } from "../error.ts";
import { removeAbandoned } from "../host/abandoned.ts";
import { readOwnFile } from "../host/own-file.ts";
import { removeIfPossible } from "../store/files.ts";
import type { Bundle } from "./bundle.ts";
import { sha256 } from "./hash.ts";
import { asScript } from "./script.ts";

/** Raised when bundles are made differently. */
const loaderVersion = 2;

/** What is known of one host.ts. */
interface Entry {
  readonly version: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly absent: readonly string[];
  readonly output: string;
}

export interface Cached {
  /** Absolute path of the bundle. */
  readonly output: string;
  /** Absolute paths of everything that went in. */
  readonly inputs: readonly string[];
}

export class BundleCache {
  readonly #dir: string;
  readonly #version: string;

  /** @param version of the program with the names it exports: a bundle of another is not used */
  constructor(dir: string, version: string) {
    this.#dir = dir;
    this.#version = `${loaderVersion} ${version}`;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(dir);
    if (uid !== process.getuid?.()) {
      throw new StowageError({
        code: "cache-not-ours",
        message: `${dir} belongs to another user, and what is in it would be run`,
        hint: "remove it",
      });
    }
    if ((mode & 0o077) !== 0) chmodSync(dir, 0o700);
  }

  find(file: string): Cached | undefined {
    const entry = this.#readEntry(file);
    if (!entry || entry.version !== this.#version) return undefined;
    const isUnchanged = Object.entries(entry.inputs).every(([path, hash]) => hashOf(path) === hash);
    if (!isUnchanged || entry.absent.some((path) => existsSync(path))) return undefined;
    const output = join(this.#dir, entry.output);
    return readOwnFile(output) ? { output, inputs: Object.keys(entry.inputs) } : undefined;
  }

  store(file: string, bundle: Bundle): Cached {
    const script = asScript(bundle.code);
    const output = `${sha256(bundle.code)}.${script === null ? "mjs" : "cjs"}`;
    const former = this.#readEntry(file);
    this.#write(output, script ?? bundle.code);
    const entry: Entry = { version: this.#version, inputs: bundle.inputs, absent: bundle.absent, output };
    this.#write(this.#entryName(file), JSON.stringify(entry));
    if (former && former.output !== output) rmSync(join(this.#dir, former.output), { force: true });
    removeAbandoned(this.#dir);
    return { output: join(this.#dir, output), inputs: Object.keys(bundle.inputs) };
  }

  #entryName = (file: string) => `${sha256(file)}.json`;

  #readEntry(file: string): Entry | undefined {
    try {
      const entry = JSON.parse(`${readOwnFile(join(this.#dir, this.#entryName(file)))}`);
      return isEntry(entry) ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  /** Under another name first: a second process must not read half of it. */
  #write(name: string, text: string): void {
    const path = join(this.#dir, name);
    const temporary = `${path}.${process.pid}`;
    rmSync(temporary, { force: true });
    try {
      writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
      renameSync(temporary, path);
    } catch (error) {
      removeIfPossible(temporary);
      throw error;
    }
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Entry;
  return (
    typeof entry === "object" &&
    entry !== null &&
    typeof entry.inputs === "object" &&
    Array.isArray(entry.absent) &&
    /^[0-9a-f]{32}\.[cm]js$/.test(entry.output)
  );
}

function hashOf(path: string): string | undefined {
  try {
    return sha256(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
