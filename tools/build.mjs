#!/usr/bin/env node
/**
 * Builds dist/: the command, the two libraries that a configuration imports, and their types.
 *
 *   node tools/build.mjs [--no-types] [--out DIR]    (with types, also man pages and completions: tools/man.mjs)
 *
 * - `app.cjs`, all verbs: one file, and no ES module, as V8 keeps the compiled code only of what is run as a script
 *   (src/cli/cached-code.ts).
 * - `quick.cjs`, those few that must not wait for so much code (src/cli/quick.ts).
 * - `cli.cjs`, the entry: small, so that `stowage --version` loads almost nothing (bench/startup.mjs). It is a program of
 *   sh's at first, and of Node's then (src/cli/entry.sh). `cli.js` is the same for whoever has it by that name.
 * - `library/`, ES modules, and `index.js` and `modules.js` above it, which are those of the running command if there is
 *   one: the module library exists once, whoever imports it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeManual } from "./man.mjs";
import { writeNotices } from "./notices.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const outAt = process.argv.indexOf("--out");
const out = outAt < 0 ? join(root, "dist") : resolve(process.argv[outAt + 1]);

/** Packages that are not bundled: they carry native programs, and are loaded only when a host.ts has changed. */
const external = Object.keys(manifest.dependencies);

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  external,
  logLevel: "warning",
};
const version = JSON.stringify(manifest.version);

/** @returns a hash of the text */
async function buildScript(name, entry) {
  const file = join(out, name);
  const result = await build({
    ...shared,
    entryPoints: [entry],
    outfile: file,
    write: false,
    format: "cjs",
    define: { STOWAGE_VERSION: version },
  });
  const text = inAscii(result.outputFiles[0].text);
  writeFileSync(file, text);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A text in ASCII alone need not be decoded at each start. esbuild writes strings so, but leaves comments as they are. */
function inAscii(text) {
  return text.replace(/^.*\P{ASCII}.*$/gmu, (line) => {
    const at = line.search(/\P{ASCII}/u);
    if (!/^\s*(?:\*|\/\/|\/\*)/.test(line)) throw new Error(`not ASCII, at column ${at}: ${line}`);
    return line.replace(/\P{ASCII}/gu, "?");
  });
}

/** CommonJS: Node takes some 10 ms to get its ES module loader ready, which `stowage --version` then does not wait for. */
async function buildEntry(hash) {
  const app = {
    name: "app",
    setup: (it) => it.onResolve({ filter: /^\.\/app\.ts$/ }, () => ({ path: join(root, "src/cli/built-app.ts") })),
  };
  const entry = join(out, "cli.cjs");
  await build({
    ...shared,
    entryPoints: ["src/cli/main.ts"],
    outfile: entry,
    format: "cjs",
    plugins: [app],
    define: { STOWAGE_VERSION: version, APP_HASH: JSON.stringify(hash) },
  });
  writeFileSync(
    entry,
    readFileSync(entry, "utf8").replace(/^#!.*\n/, () => readFileSync(join(root, "src/cli/entry.sh"), "utf8")),
  );
  const same = join(out, "cli.js");
  writeFileSync(same, '#!/usr/bin/env node\nimport "./cli.cjs";\n');
  for (const file of [entry, same]) chmodSync(file, 0o755);
}

const libraries = { index: "stowage", modules: "stowage/modules" };

async function buildLibraries() {
  const result = await build({
    ...shared,
    entryPoints: { index: "src/index.ts", modules: "src/modules/index.ts" },
    outdir: join(out, "library"),
    chunkNames: "[name]-[hash]",
    splitting: true,
    format: "esm",
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
  });
  for (const [path, { entryPoint, exports }] of Object.entries(result.metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const name = basename(path, ".js");
    writeFileSync(join(out, `${name}.js`), library(name, exports));
  }
}

/** A package that a host.ts imports may import us too: it must mean the running command, wherever that is installed. */
const library = (name, exports) => `import * as own from "./library/${name}.js";
const library = globalThis.__stowage?.libraries["${libraries[name]}"] ?? own;
${exports.map((exported) => `export const ${exported} = library.${exported};\n`).join("")}`;

/** Declarations of what the two libraries export; nothing of the command. */
function buildTypes() {
  rmSync(join(out, "types"), { recursive: true, force: true });
  const tsc = join(root, "node_modules/.bin/tsc");
  const argv = ["-p", join(root, "tools/tsconfig.types.json"), "--outDir", join(out, "types")];
  const result = spawnSync(tsc, argv, { stdio: "inherit", cwd: root });
  if (result.status !== 0) throw new Error(`tsc failed with exit status ${result.status}`);
}

mkdirSync(out, { recursive: true });
// What former versions of this made.
for (const former of ["chunks", "library", "app.js", "app.js.map", "cli.js.map", "index.js.map", "modules.js.map"]) {
  rmSync(join(out, former), { recursive: true, force: true });
}
await buildEntry(await buildScript("app.cjs", "src/cli/whole-app.ts"));
await buildScript("quick.cjs", "src/cli/quick.ts");
await buildLibraries();
writeNotices(out);
if (!process.argv.includes("--no-types")) {
  buildTypes();
  await writeManual(out);
}
