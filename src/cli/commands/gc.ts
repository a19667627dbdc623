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
import { whileRemoving } from "../alone.ts";
import { begin } from "../begun.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { printDocument } from "../shown.ts";
import type { GcFlags } from "../verb-parts.ts";

interface Garbage {
  readonly generations: readonly number[];
  readonly paths: readonly string[];
}

export default async function gc(session: Session, flags: GcFlags): Promise<number> {
  const keep = keepOf(flags, Date.now());
  return whileRemoving(session, "gc", flags, async (alone) => {
    const garbage = garbageOf(session.layout, keep);
    const { generations, paths } = garbage;
    if (!flags.dryRun && generations.length + paths.length > 0) {
      await begin(alone, `${generations.length} generations, ${paths.length} store paths`);
      alone.ifInterrupted("what it did not come to is still there; the same command goes on where this one stopped");
    }
    const freed = flags.dryRun ? null : await remove(session.layout, garbage);
    alone.log?.line("info", `gc: ${text(garbage, freed).trimEnd().replaceAll("\n", ", ")}`);
    printDocument(session, flags, { exitCode: exitCodes.done, document: { ...garbage, freed } });
    if (!flags.json && !session.events) session.print(text(garbage, freed));
    return exitCodes.done;
  });
}

const keepOf = ({ keep, olderThan }: GcFlags, now: number): Keep => ({
  ...(keep !== undefined && { newest: keep }),
  ...(olderThan !== undefined && { since: new Date(now - olderThan) }),
});

function garbageOf(layout: Layout, keep: Keep): Garbage {
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
  return { generations, paths: toRemove(layout, rootsOf(layout, kept)) };
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

/** Generations first: one that is kept never lacks what it needs. @returns bytes that are free now and were not */
async function remove(layout: Layout, { generations, paths }: Garbage): Promise<number> {
  const before = free(layout);
  for (const number of generations) removeGeneration(layout, number);
  removePaths(layout, paths);
  await removeLeftovers(layout);
  return Math.max(0, free(layout) - before);
}

function free({ state }: Layout): number {
  const { bsize, bfree } = statfsSync(state);
  return bsize * bfree;
}

function text({ generations, paths }: Garbage, freed: number | null): string {
  const lines = [...generations.map((number) => `generation ${number}`), ...paths];
  if (lines.length === 0) return "";
  const end = freed === null ? "" : `removed; ${(freed / 2 ** 20).toFixed(1)} MiB are free again\n`;
  return `${lines.map((line) => `${line}\n`).join("")}${end}`;
}
