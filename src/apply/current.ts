/** Generations as they were written, read back and checked for their shape. */
import type { Generation } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import { activeGeneration, currentGeneration, generationStamp, readGeneration } from "../store/generations.ts";
import type { Layout } from "../store/layout.ts";
import { wrongParts } from "./shape.ts";

export interface StoredGeneration {
  readonly number: number;
  readonly generation: Generation;
}

/** What the next boot has, or null before the first switch. @throws StowageError `needs-root`, `bad-generation` */
export const readCurrent = (layout: Layout): StoredGeneration | null => readAt(layout, currentGeneration);

/** What the machine has: what plans start from, and what verbs about containers look at. @throws as {@link readCurrent} */
export const readActive = (layout: Layout): StoredGeneration | null => readAt(layout, activeGeneration);

function readAt(layout: Layout, pointer: (layout: Layout) => number | null): StoredGeneration | null {
  try {
    const number = pointer(layout);
    return number === null ? null : { number, generation: readChecked(layout, number) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES" || causedByAccess(error)) throw needsRoot(layout);
    throw error;
  }
}

/** Of each layout by number and by what the file is: a verb asks several times, and reading a big one takes long. */
const known = new WeakMap<Layout, Map<string, Generation>>();

/** @throws StowageError `bad-generation` */
export function readChecked(layout: Layout, number: number): Generation {
  const of = known.get(layout) ?? new Map<string, Generation>();
  known.set(layout, of);
  const key = `${number} ${generationStamp(layout, number)}`;
  const generation = of.get(key) ?? readAndCheck(layout, number);
  of.set(key, generation);
  return generation;
}

function readAndCheck(layout: Layout, number: number): Generation {
  const value = readGeneration(layout, number) as Partial<Generation> & { readonly id: string };
  const wrong = wrongParts(value);
  if (wrong.length === 0) return value as Generation;
  throw new StowageError({
    code: "bad-generation",
    message: `generation ${number} in ${layout.state} has not the shape of a generation`,
    details: [`wrong or missing: ${wrong.join(", ")}`],
    hint: "switch to another generation, or run `stowage switch` to make a new one",
  });
}

const causedByAccess = (error: unknown): boolean =>
  error instanceof StowageError &&
  error.problems.some((problem) => problem.details?.some((line) => line.includes("EACCES")));

function needsRoot(layout: Layout): StowageError {
  return new StowageError(
    {
      code: "needs-root",
      message: `only root may read the generations in ${layout.state}`,
      details: ["they hold the texts of containers' files"],
      hint: "run it with sudo",
    },
    { exitCode: 77 },
  );
}
