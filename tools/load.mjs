/**
 * Imports TypeScript of this checkout in a plain Node 20: bundled by esbuild into .cache/tools, packages left outside.
 * The bundle is named by what it holds, so that two processes do not overwrite each other's.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param {string} entry path below the checkout, such as `lab/host.ts` */
export async function load(entry) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    sourcemap: "inline",
    define: { STOWAGE_CHECKOUT: JSON.stringify(root) },
  });
  const code = outputFiles[0].contents;
  const name = `${entry.replaceAll("/", "-")}-${createHash("sha256").update(code).digest("hex").slice(0, 12)}.mjs`;
  const file = join(root, ".cache/tools", name);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  }
  return import(pathToFileURL(file).href);
}
