/**
 * The journal of intent, `switch.json`: while it exists a switch is under way or was interrupted, and things of any of
 * the generations it names may be on the machine. See docs/design/on-disk-format.md, "A switch".
 */
import { readFileSync, rmSync } from "node:fs";
import { StowageError } from "../error.ts";
import { fsyncDirectory, writeFileAtomic } from "../store/files.ts";
import type { Layout } from "../store/layout.ts";

export interface Journal {
  /** Numbers of generations whose things may still be there: the former one, and those of switches that were cut short. */
  readonly from: readonly number[];
  readonly to: number;
}

const file = (layout: Layout): string => `${layout.state}/switch.json`;

/** @throws StowageError `bad-journal` */
export function readJournal(layout: Layout): Journal | null {
  let text: string;
  try {
    text = readFileSync(file(layout), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const journal = parse(text);
  if (journal !== null) return journal;
  throw new StowageError({
    code: "bad-journal",
    message: `${file(layout)} is not a journal of a switch`,
    details: ["it is written whole or not at all: something else has changed it"],
    hint: "remove it, then switch again; files of a switch that was cut short may stay behind",
  });
}

function parse(text: string): Journal | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { format, from, to } = (value ?? {}) as Record<string, unknown>;
  const isNumber = (number: unknown) => Number.isSafeInteger(number) && (number as number) > 0;
  if (format !== 1 || !isNumber(to) || !Array.isArray(from) || !from.every(isNumber)) return null;
  return { from: from as number[], to: to as number };
}

export function writeJournal(layout: Layout, journal: Journal): void {
  const value = { madeBy: "stowage", format: 1, from: journal.from, to: journal.to };
  writeFileAtomic(file(layout), `${JSON.stringify(value)}\n`, 0o600);
}

export function removeJournal(layout: Layout): void {
  rmSync(file(layout), { force: true });
  fsyncDirectory(layout.state);
}

/** Generations beside the current one whose things may be on the machine. */
export function leftBehind(journal: Journal | null, current: number | null): number[] {
  if (journal === null) return [];
  return [...new Set([...journal.from, journal.to])].filter((number) => number !== current).sort((a, b) => a - b);
}
