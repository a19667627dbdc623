/**
 * The journal of intent, `switch.json`: while it exists a switch is under way, was interrupted, or could not do all. What
 * the generations it names have may be on the machine. See docs/design/on-disk-format.md, "A switch".
 */
import { readFileSync, rmSync } from "node:fs";
import type { ContainerPart, Generation } from "../compile/generation.ts";
import { StowageError } from "../error.ts";
import type { Plan } from "../plan/plan.ts";
import { fsyncDirectory, writeFileAtomic } from "../store/files.ts";
import type { Layout } from "../store/layout.ts";

export interface Journal {
  /** Numbers of generations whose things may still be there: the former one, and those of switches that were cut short. */
  readonly from: readonly number[];
  readonly to: number;
  /**
   * Units whose jobs are still to do; all else is as `to` has it. null: the switch did not come to its end, and anything
   * may be of any of these generations.
   */
  readonly pending: readonly string[] | null;
  /**
   * Units that ran before the switch touched them, or were to run after it: of one that was cut short, those that it may
   * have stopped or not have started. What is stopped and not among them is so by a person's will.
   */
  readonly meant?: readonly string[];
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
  const { format, from, to, pending, meant } = (value ?? {}) as Record<string, unknown>;
  const isNumber = (number: unknown) => Number.isSafeInteger(number) && (number as number) > 0;
  const isText = (text: unknown) => typeof text === "string";
  if (format !== 1 || !isNumber(to) || !Array.isArray(from) || !from.every(isNumber)) return null;
  const isTexts = (list: unknown) => Array.isArray(list) && list.every(isText);
  if ((pending !== null && !isTexts(pending)) || (meant !== undefined && !isTexts(meant))) return null;
  const journal = { from: from as number[], to: to as number, pending: pending as string[] | null };
  return { ...journal, ...(meant !== undefined && { meant: meant as string[] }) };
}

export function writeJournal(layout: Layout, journal: Journal): void {
  const value = { madeBy: "stowage", format: 1, ...journal };
  writeFileAtomic(file(layout), `${JSON.stringify(value)}\n`, 0o600);
}

export function removeJournal(layout: Layout): void {
  rmSync(file(layout), { force: true });
  fsyncDirectory(layout.state);
}

/** @param before of switches that were cut short before this one */
export function meantToRun({ steps }: Plan, before: readonly string[]): string[] {
  const own = steps.flatMap(({ action }) =>
    // What is stopped ran.
    action.do === "start-unit" || action.do === "restart-unit" || action.do === "stop-unit" ? [action.unit] : [],
  );
  return [...new Set([...before, ...own])].sort();
}

/** A generation that nothing is in: the machine before the first switch, and after the last. */
export const nothing: Generation = {
  format: 1,
  id: "0".repeat(32),
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: {},
  systems: {},
};

/** A generation beside the current one whose things may be on the machine. */
export interface LeftBehind {
  /** null: the machine before the first switch. */
  readonly number: number | null;
  readonly generation: Generation;
}

/** @param read a generation by its number */
export function leftBehind(
  journal: Journal | null,
  current: { readonly number: number; readonly generation: Generation } | null,
  read: (number: number) => Generation,
): LeftBehind[] {
  if (journal === null) return [];
  const numbers = [...new Set([...journal.from, journal.to])].filter((number) => number !== current?.number);
  const left: LeftBehind[] = numbers.map((number) => ({ number, generation: read(number) }));
  // Only what comes before the first: without it a first switch that was cut short would look like one that is done.
  if (journal.from.length === 0 && current !== null) left.push({ number: null, generation: nothing });
  // It only put right what had been changed by hand: systemd may not have read that yet.
  if (left.length === 0 && journal.pending === null && current !== null) left.push(current);
  const { pending } = journal;
  if (pending === null || current === null) return left;
  return left.map(({ number, generation }) => ({
    number,
    generation: onlyPending(current.generation, generation, pending),
  }));
}

/** The current generation, but that the pending units, and the containers they belong to, are as a former one had them. */
function onlyPending(current: Generation, former: Generation, pending: readonly string[]): Generation {
  const isPending = (part: ContainerPart) => [part.unit, ...part.companions].some((unit) => pending.includes(unit));
  const parts = [...Object.values(current.containers), ...Object.values(former.containers)].filter(isPending);
  const names = new Set(parts.map((part) => part.name));
  const units = new Set([...pending, ...parts.flatMap((part) => [part.unit, ...part.companions])]);
  return {
    ...current,
    containers: mixed(current.containers, former.containers, names),
    units: mixed(current.units, former.units, units),
  };
}

function mixed<T>(
  current: Readonly<Record<string, T>>,
  former: Readonly<Record<string, T>>,
  keys: ReadonlySet<string>,
) {
  return Object.fromEntries([
    ...Object.entries(current).filter(([key]) => !keys.has(key)),
    ...Object.entries(former).filter(([key]) => keys.has(key)),
  ]);
}
