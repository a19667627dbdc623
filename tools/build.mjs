#!/usr/bin/env node
/**
 * Builds dist/: the command, the two libraries that a configuration imports, and their types.
 *
 *   node tools/build.mjs [--no-types]
 *
 * One esbuild run with splitting makes all three entries, so that the module library exists once, whether the command or
 * a host.ts imports it; and each verb of the command stays in chunks of its own, so that `stowage --version` loads
 * almost nothing (bench/startup.mjs).
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const out = join(root, "dist");

/** Packages that are not bundled: they carry native programs, and are loaded only when a host.ts has changed. */
const external = Object.keys(manifest.dependencies);

async function buildCode() {
  rmSync(join(out, "chunks"), { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: {
      cli: "src/cli/main.ts",
      app: "src/cli/app.ts",
      index: "src/index.ts",
      modules: "src/modules/index.ts",
    },
    outdir: out,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external,
    sourcemap: "linked",
    sourcesContent: false,
    define: { STOWAGE_VERSION: JSON.stringify(manifest.version) },
    metafile: true,
    logLevel: "warning",
  });
  chmodSync(join(out, "cli.js"), 0o755);
  return result.metafile;
}

/**
 * The command's entry once more, as CommonJS: Node takes some 10 ms to get its ES module loader ready, which
 * `stowage --version` then does not wait for. All else is loaded from the ES modules.
 */
async function buildEntry() {
  const app = {
    name: "app",
    setup: (it) => it.onResolve({ filter: /^\.\/app\.ts$/ }, () => ({ path: "./app.js", external: true })),
  };
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outfile: join(out, "cli.cjs"),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    plugins: [app],
    define: { STOWAGE_VERSION: JSON.stringify(manifest.version) },
    logLevel: "warning",
  });
  chmodSync(join(out, "cli.cjs"), 0o755);
}

/** Declarations of what the two libraries export; nothing of the command. */
function buildTypes() {
  rmSync(join(out, "types"), { recursive: true, force: true });
  const tsc = join(root, "node_modules/.bin/tsc");
  const result = spawnSync(tsc, ["-p", join(root, "tools/tsconfig.types.json")], { stdio: "inherit", cwd: root });
  if (result.status !== 0) throw new Error(`tsc failed with exit status ${result.status}`);
}

if (!existsSync(out)) mkdirSync(out);
await buildCode();
await buildEntry();
if (!process.argv.includes("--no-types")) buildTypes();
