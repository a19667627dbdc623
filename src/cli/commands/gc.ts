/** stowage gc: what nothing needs any more is removed. */
import { statfsSync } from "node:fs";
import { readChecked } from "../../apply/current.ts";
import { readJournal } from "../../apply/journal.ts";
import { rootsOf } from "../../apply/roots.ts";
import type { Generation } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { type Keep, removePaths, toForget, toRemove } from "../../store/garbage.ts";
import {
  activeGeneration,
  currentGeneration,
  listGenerations,
  removeGeneration,
  switchedAt,
} from "../../store/generations.ts";
import { generationsDir, type Layout } from "../../store/layout.ts";
import { removeLeftovers } from "../../store/store.ts";
import { type GarbageImage, type RemovedImages, removeImages, unneededImages } from "../../systems/images/garbage.ts";
import { imageStores } from "../../systems/images/stores.ts";
import { notedStores } from "../../systems/images/touched.ts";
import { whileRemoving } from "../alone.ts";
import { asUser } from "../as-user.ts";
import { begin } from "../begun.ts";
import { exitCodes } from "../exit-codes.ts";
import { imageText, refusedText } from "../report/garbage-images.ts";
import { printable } from "../report/paint.ts";
import type { Session } from "../session.ts";
import { printDocument } from "../shown.ts";
import type { GcFlags } from "../verbs/parts.ts";

interface Garbage {
  readonly generations: readonly number[];
  readonly paths: readonly string[];
  /** Of OCI containers, in their engines. */
  readonly images: readonly GarbageImage[];
}

export default async function gc(session: Session, flags: GcFlags): Promise<number> {
  const keep = keepOf(flags, Date.now());
  return whileRemoving(session, "gc", flags, async (alone) => {
    const garbage = await garbageOf(session, keep);
    const { generations, paths, images } = garbage;
    if (!flags.dryRun && generations.length + paths.length + images.length > 0) {
      await begin(alone, `${generations.length} generations, ${paths.length} store paths, ${images.length} images`);
      alone.ifInterrupted("what it did not come to is still there; the same command goes on where this one stopped");
    }
    const done = flags.dryRun ? null : await remove(session.layout, garbage);
    const freed = done?.freed ?? null;
    const gone = done === null ? garbage : { ...garbage, images: done.removed };
    alone.log?.line("info", `gc: ${text(gone, freed).trimEnd().replaceAll("\n", ", ")}`);
    printDocument(session, flags, { exitCode: exitCodes.done, document: { ...gone, freed } });
    if (!flags.json && !session.events) session.print(text(gone, freed));
    if (done !== null) session.tell(printable(refusedText(done)));
    return exitCodes.done;
  });
}

const keepOf = ({ keep, olderThan }: GcFlags, now: number): Keep => ({
  ...(keep !== undefined && { newest: keep }),
  ...(olderThan !== undefined && { since: new Date(now - olderThan) }),
});

async function garbageOf(session: Session, keep: Keep): Promise<Garbage> {
  const { layout } = session;
  const inUse = [currentGeneration(layout), activeGeneration(layout)];
  const journal = readJournal(layout);
  const underWay = journal === null ? [] : [...journal.from, journal.to];
  const all = listGenerations(layout);
  const generations = toForget(
    all.map((number) => ({
      number,
      switchedAt: switchedAt(layout, number),
      needed: inUse.includes(number) || underWay.includes(number),
    })),
    keep,
  );
  const kept = all.filter((number) => !generations.includes(number)).map((number) => readKept(layout, number));
  return {
    generations,
    paths: toRemove(layout, rootsOf(layout, kept)),
    images: await unneeded(session, kept),
  };
}

/** An engine that cannot be asked keeps nothing else from being removed. */
async function unneeded(session: Session, kept: readonly Generation[]): Promise<GarbageImage[]> {
  const { layout } = session;
  if (notedStores(layout).length === 0) return [];
  const needed = kept.flatMap(({ containers }) => Object.values(containers).flatMap(({ oci }) => oci ?? []));
  return unneededImages(layout, needed, imageStores(asUser), ({ message }) =>
    session.tell(`its images are left as they are: ${message}\n`),
  );
}

/** One that cannot be read ends it here: what it needs is not known. @throws StowageError `bad-generation` */
function readKept(layout: Layout, number: number): Generation {
  try {
    return readChecked(layout, number);
  } catch (error) {
    const isNeeded = number === currentGeneration(layout) || number === activeGeneration(layout);
    if (!(error instanceof StowageError) || isNeeded) throw error;
    const file = `${generationsDir(layout)}/${number}/generation.json`;
    const hint = `what it needs is not known, so nothing was removed: remove ${file}, and it is forgotten`;
    throw new StowageError(error.problems.map((problem) => ({ ...problem, hint })));
  }
}

/** Generations first: one that is kept never lacks what it needs. @returns also bytes that are free now and were not */
async function remove(
  layout: Layout,
  { generations, paths, images }: Garbage,
): Promise<RemovedImages & { readonly freed: number }> {
  const before = free(layout);
  for (const number of generations) removeGeneration(layout, number);
  removePaths(layout, paths);
  const gone = await removeImages(images, imageStores(asUser));
  await removeLeftovers(layout);
  return { ...gone, freed: Math.max(0, free(layout) - before) };
}

function free({ state }: Layout): number {
  const { bsize, bfree } = statfsSync(state);
  return bsize * bfree;
}

function text({ generations, paths, images }: Garbage, freed: number | null): string {
  const lines = [...generations.map((number) => `generation ${number}`), ...paths, ...images.map(imageText)];
  if (lines.length === 0) return "";
  const end = freed === null ? "" : `removed; ${(freed / 2 ** 20).toFixed(1)} MiB are free again\n`;
  return `${lines.map((line) => `${line}\n`).join("")}${end}`;
}
