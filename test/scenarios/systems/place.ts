/** A store of one's own for tests that build real trees. Downloads are shared by all, and stay from run to run. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { defaultLayout, type Layout, storePath } from "../../../src/store/layout.ts";
import { recipeFor } from "../../../src/systems/lock.ts";
import { ensureLocked } from "../../../src/systems/lock-file.ts";
import type { DebianRecipe } from "../../../src/systems/recipe.ts";

export const canBuild = process.getuid?.() === 0;

export interface TestPlace {
  readonly directory: string;
  readonly layout: Layout;
  readonly lockFile: string;
  lock(suite: string, ...packages: string[]): Promise<DebianRecipe>;
  remove(): void;
}

export function makePlace(): TestPlace {
  const directory = mkdtempSync(join(tmpdir(), "stowage-build-"));
  const layout: Layout = {
    ...defaultLayout,
    state: join(directory, "state"),
    run: join(directory, "run"),
    cache: join(import.meta.dirname, "../../../.cache/packages"),
  };
  const lockFile = join(directory, "stowage.lock");
  return {
    directory,
    layout,
    lockFile,
    async lock(suite, ...packages) {
      const request = { kind: "debian", suite, packages } as const;
      return recipeFor(await ensureLocked(layout, lockFile, [request]), request) as DebianRecipe;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function treeHashOf(layout: Layout, name: string): string {
  return JSON.parse(readFileSync(`${storePath(layout, name)}/manifest.json`, "utf8")).treeHash;
}

/** The builder as a program of its own, for tests that kill it. */
export function bundleBuilder(outfile: string): Promise<unknown> {
  const entry = join(import.meta.dirname, "builder.ts");
  return build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile, logLevel: "error" });
}
