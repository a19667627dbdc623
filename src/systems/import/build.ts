/** From a pinned source to a store path of the same form as a tree of packages: `usr/` and `seed/`. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { type Problem, StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import { makeAll } from "../../store/make-all.ts";
import { canonicalJson } from "../../store/names.ts";
import { addPath, has } from "../../store/store.ts";
import { treeHash } from "../../store/tree-hash.ts";
import { normalise } from "../debian/normalise.ts";
import { writeSeedList } from "../debian/seed-list.ts";
import { fitUnits } from "../debian/units.ts";
import type { OnWork } from "../progress.ts";
import { type ImportRecipe, recipeName, type StoreName, whatIsMade } from "../recipe.ts";
import { clampTimes } from "../tree.ts";
import { Truncated } from "./bytes.ts";
import { checkPlaces } from "./places.ts";
import { Refused, usrLinks } from "./policy.ts";
import { openSource } from "./source.ts";
import { BadTar } from "./tar-header.ts";
import { unpack } from "./unpack.ts";

export interface ImportOptions {
  readonly onWork?: OnWork;
  /** Where relative paths of sources begin: the directory of host.ts. */
  readonly directory?: string;
}

/**
 * Imports what the store does not have.
 * @throws StowageError `no-source`, `source-changed`, `bad-source`, `bad-image`, `not-root`; nothing is left in the store
 */
export async function buildImport(
  layout: Layout,
  recipe: ImportRecipe,
  options: ImportOptions = {},
): Promise<StoreName> {
  const name = recipeName(recipe);
  if (has(layout, name)) return name;
  if (process.getuid?.() !== 0) throw notRoot();
  const { onWork, directory = "/" } = options;
  onWork?.({ kind: "work", id: name, text: `importing ${recipe.from}` });
  const source = await openSource(recipe.source, resolve(directory, recipe.from), recipe.from, recipe.digest);
  await addPath(layout, name, async (path) => {
    const epoch = await told(recipe.from, () => importInto(path, () => unpack(source, `${path}/.root`)));
    writeFileSync(`${path}/recipe.json`, `${canonicalJson(whatIsMade(recipe))}\n`);
    await finish(path, epoch);
  });
  onWork?.({ kind: "work-ended", id: name, text: `imported ${recipe.from}` });
  return name;
}

async function importInto(path: string, fill: () => Promise<number>): Promise<number> {
  mkdirSync(`${path}/.root`, { mode: 0o755 });
  const epoch = await fill();
  await untilAfter(epoch);
  takeApart(`${path}/.root`, path);
  checkPlaces(path);
  for (const needed of ["usr/lib/stowage", "seed/var"]) {
    makeAll(`${path}/${needed}`, 0o755);
  }
  shareDatabase(path);
  rmSync(`${path}/seed/var/lib/stowage`, { recursive: true, force: true });
  normalise(path);
  fitUnits(path);
  writeSeedList(path);
  return epoch;
}

/** What is made from here on is newer than all that came, and so can be told from it. */
async function untilAfter(epoch: number): Promise<void> {
  const wait = epoch * 1000 - Date.now();
  if (wait >= 0) await new Promise((done) => setTimeout(done, wait + 10));
}

/** Times of the source stay; what was made here gets that of the newest. */
async function finish(path: string, epoch: number): Promise<void> {
  for (const part of ["usr", "seed"]) clampTimes(join(path, part), epoch, Number.POSITIVE_INFINITY);
  const hash = await treeHash(path, ["usr", "seed"]);
  writeFileSync(`${path}/manifest.json`, `${JSON.stringify({ treeHash: hash })}\n`);
  clampTimes(path, epoch, Number.POSITIVE_INFINITY);
}

/** `usr/` apart from what each container has for itself. */
function takeApart(root: string, path: string): void {
  renameSync(`${root}/usr`, `${path}/usr`);
  mkdirSync(`${path}/seed`, { mode: 0o755 });
  for (const name of readdirSync(root)) {
    if (!usrLinks.includes(name)) renameSync(join(root, name), join(path, "seed", name));
  }
  rmSync(root, { recursive: true });
}

/** What dpkg knows describes /usr, and goes where it is: a newer tree brings its own. */
function shareDatabase(path: string): void {
  const [own, shared] = [`${path}/seed/var/lib/dpkg`, `${path}/usr/lib/stowage/dpkg`];
  const target = "../../usr/lib/stowage/dpkg";
  const stat = lstatSync(own, { throwIfNoEntry: false });
  if (stat?.isSymbolicLink() && readlinkSync(own) === target) return;
  if (!stat?.isDirectory()) return;
  rmSync(shared, { recursive: true, force: true });
  renameSync(own, shared);
  symlinkSync(target, own);
}

/** What the reading said, as an error for people. */
async function told<T>(shown: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asBadSource(shown, error);
  }
}

function asBadSource(shown: string, error: unknown): unknown {
  const bad = (message: string, more: Partial<Problem> = {}) =>
    new StowageError({ code: "bad-source", message: `${shown} ${message}`, ...more }, { cause: error });
  if (error instanceof Truncated) return bad("ends in the middle: it is not whole");
  if (error instanceof BadTar) return bad(`is no archive that can be imported: ${error.message}`);
  if (error instanceof Refused) {
    const isSentence = /^(has|unpacks) /.test(error.message);
    return bad(isSentence ? error.message : `cannot be imported: ${error.message}`, error.details);
  }
  return error;
}

const notRoot = (): StowageError =>
  new StowageError({
    code: "not-root",
    message: "importing a system needs root",
    details: ["its files belong to the accounts of the container"],
    hint: "run this as root",
  });
