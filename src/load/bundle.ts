/** Bundles a host.ts with everything it imports by path. Imported only where the cache has nothing: esbuild is slow to start. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildFailure, build, type Plugin, type PluginBuild, stop } from "esbuild";
import { buildFailure } from "./failure.ts";
import { sha256 } from "./hash.ts";
import { instrument } from "./instrument.ts";
import { type Libraries, recorderName } from "./recorder.ts";

export interface Bundle {
  readonly code: string;
  /** Hash of every file that went in, by absolute path. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Paths that are not there, and would be used instead of an input if they were. */
  readonly absent: readonly string[];
}

/** @throws StowageError for what is wrong with the files. @param show how a file is called in messages */
export async function bundle(file: string, libraries: Libraries, show: (file: string) => string): Promise<Bundle> {
  try {
    const gathered = new Gathered(libraries, instrument);
    const code = await built(file, gathered);
    return { code, inputs: gathered.inputs, absent: [...gathered.absent] };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (!errors) throw error;
    throw buildFailure(await asWritten(file, libraries, errors), (name) => show(resolve(dirname(file), name)));
  } finally {
    await stop();
  }
}

/** The errors once more, of the files as they are: esbuild quotes lines, and counts columns, of what it was given. */
async function asWritten(file: string, libraries: Libraries, errors: BuildFailure["errors"]) {
  const failed = await built(file, new Gathered(libraries, (source) => source)).catch((error: unknown) => error);
  return (failed as Partial<BuildFailure>).errors ?? errors;
}

async function built(file: string, gathered: Gathered): Promise<string> {
  const result = await build({
    entryPoints: [file],
    absWorkingDir: dirname(file),
    outfile: resolve(dirname(file), "host.mjs"),
    sourceRoot: `${pathToFileURL(dirname(file)).href}/`,
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20",
    charset: "utf8",
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
    // The user's tsconfig.json is for the editor; what it says would have to be in the cache's key.
    tsconfigRaw: "{}",
    plugins: [gathered.plugin()],
  });
  return result.outputFiles[0]!.text;
}

const libraryNamespace = "stowage-library";

class Gathered {
  readonly inputs: Record<string, string> = {};
  readonly absent = new Set<string>();

  constructor(
    readonly libraries: Libraries,
    readonly rewrite: typeof instrument,
  ) {}

  plugin(): Plugin {
    return {
      name: "stowage",
      setup: (into) => {
        into.onResolve({ filter: /^[^./]/ }, (args) => this.#resolveBare(into, args));
        into.onResolve({ filter: /^\.{0,2}\// }, (args) => this.#resolvePath(args));
        into.onLoad({ filter: /\.(?:[cm]?[jt]s)$/, namespace: "file" }, ({ path }) => {
          const contents = this.rewrite(this.#read(path), path);
          return { contents, loader: /\.[cm]?ts$/.test(path) ? "ts" : "js", resolveDir: dirname(path) };
        });
        into.onLoad({ filter: /./, namespace: "file" }, ({ path }) => {
          const contents = this.#read(path);
          return { contents, loader: path.endsWith(".json") ? "json" : "text" };
        });
        into.onLoad({ filter: /./, namespace: libraryNamespace }, ({ path }) => ({ contents: this.#library(path) }));
      },
    };
  }

  #read(path: string): string {
    const text = readFileSync(path, "utf8");
    this.inputs[path] = sha256(text);
    return text;
  }

  /** Our own modules are those of the running program, whatever is installed beside the file; others are not bundled. */
  async #resolveBare(
    into: PluginBuild,
    args: { path: string; kind: string; resolveDir: string; pluginData?: unknown },
  ) {
    if (args.kind === "entry-point" || args.pluginData === "resolving") return undefined;
    if (Object.hasOwn(this.libraries, args.path)) return { path: args.path, namespace: libraryNamespace };
    const found = await into.resolve(args.path, {
      kind: "import-statement",
      resolveDir: args.resolveDir,
      pluginData: "resolving",
    });
    if (found.errors.length > 0 || found.external)
      return { errors: found.errors, path: args.path, external: found.external };
    return { path: pathToFileURL(found.path).href, external: true };
  }

  #resolvePath(args: { path: string; kind: string; resolveDir: string }) {
    if (args.kind === "entry-point") return { path: args.path };
    const base = resolve(args.resolveDir, args.path);
    const candidates = candidatesFor(base);
    const index = candidates.findIndex(isFile);
    for (const missing of index < 0 ? candidates : candidates.slice(0, index)) this.absent.add(missing);
    if (index < 0) return { errors: [{ text: `Cannot find ${args.path}` }] };
    return { path: candidates[index]! };
  }

  /** The exports of a library, taken from the instance that is running. */
  #library(name: string): string {
    const names = Object.keys(this.libraries[name]!).filter((exported) => exported !== "default");
    const from = `globalThis.${recorderName}.libraries[${JSON.stringify(name)}]`;
    return `const library = ${from};\n${names.map((exported) => `export const ${exported} = library.${exported};`).join("\n")}`;
  }
}

/** As TypeScript finds a file: as written, `.js` for `.ts`, without ending, as a folder. */
function candidatesFor(base: string): string[] {
  const written = /^(.*)\.([cm]?)js$/.exec(base);
  return [
    ...(written ? [`${written[1]}.${written[2]}ts`] : []),
    base,
    ...[".ts", ".mts", ".js", ".mjs", ".json"].map((ending) => base + ending),
    ...["index.ts", "index.js"].map((name) => `${base}/${name}`),
  ];
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();
