#!/usr/bin/env node
/**
 * Writes the man pages and the completions of the shells, from the registry of verbs.
 *
 *   node tools/man.mjs [--out DIR]
 *
 * Into DIR, by default dist/: `man/stowage.1`, `man/stowage-switch.1`, …; `completion/stowage.bash`, `_stowage`,
 * `stowage.fish`. The same sources give the same bytes.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { dependencies, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @param out the directory of the build */
export async function writeManual(out) {
  // Below the output, so that it finds the packages that are not bundled.
  const bundle = join(out, "manual.mjs");
  mkdirSync(out, { recursive: true });
  await build({
    stdin: {
      contents: `export { manual } from "./tools/man/pages.ts"; export { scripts } from "./src/cli/complete/scripts.ts";`,
      resolveDir: root,
    },
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    external: Object.keys(dependencies),
    define: { STOWAGE_VERSION: JSON.stringify(version) },
    logLevel: "warning",
  });
  try {
    const { manual, scripts } = await import(pathToFileURL(bundle).href);
    const { bash, zsh, fish } = scripts;
    writeAll(join(out, "man"), manual(version));
    writeAll(join(out, "completion"), { "stowage.bash": bash, _stowage: zsh, "stowage.fish": fish });
  } finally {
    rmSync(bundle);
  }
}

/** Nothing else is in the directory afterwards: verbs go. */
function writeAll(directory, files) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--out");
  await writeManual(at < 0 ? join(root, "dist") : resolve(process.argv[at + 1]));
}
