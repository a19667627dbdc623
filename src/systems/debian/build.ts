/**
 * From a recipe to store paths: one for each layer, each built on the former, and each itself a system that containers
 * can have. So there is no cache of half-made trees: the layer below is the store path of the recipe without the last
 * layer, in the same form (`usr/`, `seed/`), and `usr/` serves as the lower directory of the overlay as it is.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StowageError } from "../../error.ts";
import { inNamespaces } from "../../host/namespaces.ts";
import { type Layout, storeDir, storePath } from "../../store/layout.ts";
import { canonicalJson } from "../../store/names.ts";
import { addPath, has } from "../../store/store.ts";
import { treeHash } from "../../store/tree-hash.ts";
import type { OnWork } from "../progress.ts";
import { type DebianRecipe, type LockedPackage, recipeName, type StoreName, upTo, whatIsMade } from "../recipe.ts";
import { clampTimes } from "../tree.ts";
import type { Mirror } from "./archives.ts";
import { debDir, fetchPackages } from "./fetch.ts";
import { normalise, sharedKeys } from "./normalise.ts";
import { exitDpkg, exitNoOverlay, layerProgram } from "./program.ts";
import { writeSeedList } from "./seed-list.ts";
import { checkSpace } from "./space.ts";
import { fitUnits } from "./units.ts";

export interface BuildOptions {
  readonly onWork?: OnWork;
  /** Mirrors instead of those of the host's own apt; what the recipe says comes before them. */
  readonly mirror?: Mirror;
}

/**
 * Builds what is missing of a recipe.
 * @returns the store name of the whole
 * @throws StowageError of fetching (see `fetch.ts`); `not-root`; `build-failed` with dpkg's last words; `disk-full`
 */
export async function buildDebian(
  layout: Layout,
  recipe: DebianRecipe,
  options: BuildOptions = {},
): Promise<StoreName> {
  const whole = recipeName(recipe);
  if (has(layout, whole)) return whole;
  if (process.getuid?.() !== 0) throw notRoot();
  const missing = recipe.layers.map((_, at) => upTo(recipe, at + 1)).filter((part) => !has(layout, recipeName(part)));
  await fetchPackages(
    layout,
    recipe,
    missing.flatMap((part) => part.layers.at(-1) ?? []),
    options,
  );
  checkSpace(
    storeDir(layout),
    bytesFor(missing),
    "the systems",
    "are needed at least",
    "free some space, or remove old generations",
  );
  for (const part of missing) await buildLayer(layout, part, options);
  return whole;
}

/** At least: of packages in later layers, manuals and translations may be all there is, which are left out. */
function bytesFor(parts: readonly DebianRecipe[]): number {
  // The tree of a base is twice as large as its packages, and beside it are all of them decompressed.
  const factor = (part: DebianRecipe) => (part.layers.length === 1 ? 4 : 1);
  const size = (part: DebianRecipe) => (part.layers.at(-1) ?? []).reduce((sum, { size }) => sum + size, 0);
  return parts.reduce((sum, part) => sum + factor(part) * size(part), 0);
}

async function buildLayer(layout: Layout, recipe: DebianRecipe, options: BuildOptions): Promise<void> {
  const name = recipeName(recipe);
  const packages = recipe.layers.at(-1) ?? [];
  const text = recipe.layers.length === 1 ? `the base of ${recipe.suite}` : name.slice(name.indexOf("-") + 1);
  options.onWork?.({ kind: "work", id: name, text: `building ${text}` });
  let keys: readonly string[] = [];
  await addPath(layout, name, async (directory) => {
    const started = Math.floor(Date.now() / 1000);
    const below =
      recipe.layers.length === 1 ? null : storePath(layout, recipeName(upTo(recipe, recipe.layers.length - 1)));
    await unpackAndConfigure(layout, directory, below, recipe, packages);
    normalise(directory, recipe.epoch);
    keys = sharedKeys(directory);
    fitUnits(directory);
    writeSeedList(directory);
    writeFileSync(`${directory}/recipe.json`, `${canonicalJson(whatIsMade(recipe))}\n`);
    // Also the marks of `markUpdated`: they get the same time as /usr.
    for (const part of ["usr", "seed"]) clampTimes(join(directory, part), recipe.epoch, started);
    const hash = await treeHash(directory, ["usr", "seed"]);
    writeFileSync(`${directory}/manifest.json`, `${JSON.stringify({ treeHash: hash })}\n`);
    clampTimes(directory, recipe.epoch, started);
  });
  options.onWork?.({ kind: "work-ended", id: name, text: `built ${text}${warning(keys)}` });
}

function warning(keys: readonly string[]): string {
  return keys.length === 0
    ? ""
    : `; every container with it has the private key ${keys.join(", ")}: make it anew in each`;
}

/** Runs the program of the layer and puts what came out into the form of a store path. */
async function unpackAndConfigure(
  layout: Layout,
  directory: string,
  below: string | null,
  recipe: DebianRecipe,
  packages: readonly LockedPackage[],
): Promise<void> {
  const work = `${directory}/.work`;
  const attempt = async (mode: "base" | "overlay" | "copy") => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    const files = packages.map((part) => `${part.sha256}.deb`);
    const args = [mode, work, directory, below ?? "", debDir(layout), String(recipe.epoch), ...files];
    return inNamespaces(["sh", "-c", layerProgram, "stowage-layer", ...args]);
  };
  let result = await attempt(below === null ? "base" : "overlay");
  if (result.status === exitNoOverlay) result = await attempt("copy");
  if (result.status !== 0) throw buildFailed(recipe, result.status, lastWords(`${work}/log`), result.stderr);
  takeApart(`${work}/root`, directory);
  rmSync(work, { recursive: true, force: true });
}

/** `usr/` apart from what each container has for itself. Mount points and links into /usr are made anew in every root. */
function takeApart(root: string, directory: string): void {
  const left = ["dev", "proc", "sys", "run", "tmp", "usr"];
  if (!existsSync(`${directory}/usr`)) renameSync(`${root}/usr`, `${directory}/usr`);
  mkdirSync(`${directory}/seed`);
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || left.includes(entry.name)) continue;
    renameSync(join(root, entry.name), join(directory, "seed", entry.name));
  }
}

/** What dpkg said of errors, with the lines before each: there the package's own script has told what went wrong. */
function lastWords(log: string): string[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, "utf8").split("\n");
  const isError = (line: string) => /^dpkg: error/.test(line);
  const told = lines.filter(
    (_, at) => lines.slice(at, at + 4).some(isError) || (at > 0 && isError(lines[at - 1] ?? "")),
  );
  const words = told.length > 0 ? told : lines;
  return words.filter((line) => line.trim() !== "" && !line.includes("pre-dependency problem")).slice(-15);
}

function buildFailed(recipe: DebianRecipe, status: number, words: readonly string[], stderr: string): StowageError {
  return new StowageError({
    code: "build-failed",
    message: `the packages of ${recipe.suite} could not be put together`,
    details: [
      status === exitDpkg ? "dpkg failed" : `the build ended with exit status ${status}`,
      ...words,
      ...stderr.trimEnd().split("\n").slice(-5),
    ],
    hint: "the last lines name the package; leave it out, or lock newer versions with `stowage update`",
  });
}

function notRoot(): StowageError {
  return new StowageError({
    code: "not-root",
    message: "building a system needs root",
    details: ["its files belong to the accounts of the container"],
    hint: "run this as root",
  });
}
