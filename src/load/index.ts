/** Loads a host.ts: TypeScript, any imports, and the places of everything it defines. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Module } from "../modules/index.ts";
import { recordShownFile } from "../modules/place.ts";
import { BundleCache, type Cached } from "./cache.ts";
import {
  isDirectory,
  neverFinished,
  noDefaultExport,
  notReadable,
  throwFailure,
  wrongDefaultExport,
} from "./failure.ts";
import { importFile } from "./import-file.ts";
import { installRecorder, type Libraries } from "./recorder.ts";

export type { Libraries } from "./recorder.ts";

export interface LoadOptions {
  /** For bundles; made with mode 0700. */
  readonly cacheDir: string;
  /** Of this program: another one's bundles are not used. */
  readonly cliVersion: string;
  /**
   * What `import … from "stowage"` means, by specifier: the namespaces of the running program's own modules, so that
   * there is one instance of them, whatever is installed beside the file.
   */
  readonly libraries: Libraries;
}

export interface LoadedHost {
  /** The default export. */
  readonly modules: readonly Module[];
  /** Absolute paths of the file and of everything it imports by path. */
  readonly dependencies: readonly string[];
}

/**
 * @param file as the user typed it: so it is called in messages
 * @throws StowageError with the place, for a file that is missing, wrong, or throws
 */
export async function loadHost(file: string, options: LoadOptions): Promise<LoadedHost> {
  const path = readable(file);
  const shown = (input: string) => join(dirname(file), relative(dirname(path), input));
  installRecorder(options.libraries);
  // For the stacks of errors; costs nothing until there is one.
  process.setSourceMapsEnabled(true);
  const cached = await bundled(path, options, shown);
  for (const input of cached.inputs) recordShownFile(input, shown(input));
  recordShownFile(path, file);
  const module = await run(cached.output, file);
  if (module.default === undefined) throw noDefaultExport(file);
  if (!isModule(module.default)) throw wrongDefaultExport(file, module.default);
  return { modules: [module.default as Module], dependencies: cached.inputs };
}

const isModule = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null && !Array.isArray(value));

function readable(file: string): string {
  try {
    const path = realpathSync(resolve(file));
    accessSync(path, constants.R_OK);
    if (!statSync(path).isDirectory()) return path;
  } catch (error) {
    throw notReadable(file, error as NodeJS.ErrnoException);
  }
  throw isDirectory(file);
}

async function bundled(path: string, options: LoadOptions, shown: (input: string) => string): Promise<Cached> {
  const exported = Object.entries(options.libraries).map(([name, library]) => [name, Object.keys(library)]);
  const cache = new BundleCache(options.cacheDir, `${options.cliVersion} ${JSON.stringify(exported)}`);
  const found = cache.find(path);
  if (found) return found;
  const { bundle } = await import("./bundle.ts");
  return cache.store(path, await bundle(path, options.libraries, shown));
}

/** While its top level runs, the file can neither end our process nor leave it without an answer, which would look like success. */
async function run(output: string, shown: string): Promise<{ readonly default?: unknown }> {
  const { exit } = process;
  process.exit = ((code?: number) => {
    throw new Error(`it would have ended the process: process.exit(${code ?? ""})`);
  }) as typeof exit;
  let onIdle = (): void => undefined;
  const idle = new Promise<never>((_, reject) => {
    onIdle = () => reject(neverFinished(shown));
  });
  process.once("beforeExit", onIdle);
  try {
    if (output.endsWith(".cjs")) return createRequire(resolve(output))(resolve(output)) as object;
    return (await Promise.race([importFile(pathToFileURL(output).href), idle])) as object;
  } catch (error) {
    throw throwFailure(error, shown);
  } finally {
    process.off("beforeExit", onIdle);
    process.exit = exit;
  }
}
