/**
 * Generations on disk: `generations/<N>/generation.json`, the symlink `current`, and, while the machine has another one
 * than the next boot will, `active`. What a generation means is not known here: it is any JSON object with `format: 1`
 * and an `id`.
 */
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { StowageError } from "../error.ts";
import { flipSymlink, fsyncDirectory, makeDirectories, writeFileAtomic } from "./files.ts";
import { openState } from "./format.ts";
import { generationsDir, type Layout } from "./layout.ts";

/** What every generation has, whatever else is in it. */
export interface StoredGeneration {
  readonly format: 1;
  readonly id: string;
}

/** The numbers of the generations that are kept, ascending. */
export function listGenerations(layout: Layout): number[] {
  return usedNumbers(layout).filter((number) => existsSync(`${generationsDir(layout)}/${number}/generation.json`));
}

/** Also those of removed generations: their empty directories stay, so that no number means two things. */
function usedNumbers(layout: Layout): number[] {
  const directory = generationsDir(layout);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The number that the next boot has, or null before the first switch. */
export const currentGeneration = (layout: Layout): number | null =>
  numberAt(`${generationsDir(layout)}/current`, "point it to a generation that is whole, then run `stowage switch`");

/** The number that the machine has: what `boot` left as it was, what `test` made of it; else the current one's. */
export const activeGeneration = (layout: Layout): number | null =>
  numberAt(`${generationsDir(layout)}/active`, "remove it, then run `stowage switch`") ?? currentGeneration(layout);

/** @param hint what to do where the link leads to no number */
function numberAt(link: string, hint: string): number | null {
  let target: string;
  try {
    target = readlinkSync(link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (/^[1-9]\d*$/.test(target)) return Number(target);
  throw unreadable(link, `it leads to ${JSON.stringify(target)}`, hint);
}

/**
 * Writes a generation under the next number. It is not current by that.
 * @returns its number; none is used twice
 */
export function writeGeneration(layout: Layout, generation: StoredGeneration): number {
  openState(layout);
  const directory = generationsDir(layout);
  makeDirectories(directory);
  for (const name of readdirSync(directory)) {
    if (name.startsWith(".new-")) rmSync(`${directory}/${name}`, { recursive: true, force: true });
  }
  const number = Math.max(0, ...usedNumbers(layout)) + 1;
  const temporary = mkdtempSync(`${directory}/.new-`);
  // Texts of containers' files are in it; like the container directories it is not for everyone.
  writeFileAtomic(`${temporary}/generation.json`, `${JSON.stringify(generation, null, 1)}\n`, 0o600);
  renameSync(temporary, `${directory}/${number}`);
  fsyncDirectory(directory);
  return number;
}

/**
 * Reads a generation back.
 * @throws StowageError `bad-generation` when it is missing or not of the shape that this program writes
 */
export function readGeneration(layout: Layout, number: number): StoredGeneration {
  const file = `${generationsDir(layout)}/${number}/generation.json`;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  const { format, id } = (value ?? {}) as Partial<StoredGeneration>;
  if (format !== 1) throw unreadable(file, `it has format ${JSON.stringify(format)}; this program reads format 1`);
  if (typeof id !== "string" || !/^[0-9a-f]{32}$/.test(id)) throw unreadable(file, `its id is ${JSON.stringify(id)}`);
  return value as StoredGeneration;
}

/** Changes whenever its file does; "" where there is none. */
export function generationStamp(layout: Layout, number: number): string {
  const file = `${generationsDir(layout)}/${number}/generation.json`;
  const stat = lstatSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.ctimeNs}`;
}

/** From here on the next boot has this generation. */
export function setCurrentGeneration(layout: Layout, number: number): void {
  readGeneration(layout, number);
  // Before the link: what is current has been current, even if the power fails in between.
  markSwitched(layout, number);
  flipSymlink(`${generationsDir(layout)}/current`, String(number));
}

/** From here on the machine has this generation, whatever the next boot has. */
export function setActiveGeneration(layout: Layout, number: number): void {
  readGeneration(layout, number);
  flipSymlink(`${generationsDir(layout)}/active`, String(number));
}

/** From here on the machine has what the next boot has. */
export function clearActiveGeneration(layout: Layout): void {
  const link = `${generationsDir(layout)}/active`;
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) return;
  rmSync(link);
  fsyncDirectory(generationsDir(layout));
}

/** This generation has been current, or is as one that has been but for what was made by hand. */
export function markSwitched(layout: Layout, number: number): void {
  writeFileAtomic(switchedFile(layout, number), `${new Date().toISOString()}\n`, 0o600);
}

/** A test of this generation came to where a switch would have made it current. */
export function markTested(layout: Layout, number: number): void {
  writeFileAtomic(testedFile(layout, number), `${new Date().toISOString()}\n`, 0o600);
}

const switchedFile = (layout: Layout, number: number): string => `${generationsDir(layout)}/${number}/switched`;
const testedFile = (layout: Layout, number: number): string => `${generationsDir(layout)}/${number}/tested`;

/** When a generation last became current; null: a switch to it never came that far. */
export const switchedAt = (layout: Layout, number: number): Date | null => timeIn(switchedFile(layout, number));

/** When a generation was last made the machine's by a test; null: never. */
export const testedAt = (layout: Layout, number: number): Date | null => timeIn(testedFile(layout, number));

/** Whether the machine was ever as that generation says, be it for a test; so it looks after a `boot`, too. */
export const wasTheMachines = (layout: Layout, number: number): boolean =>
  switchedAt(layout, number) !== null || testedAt(layout, number) !== null;

function timeIn(file: string): Date | null {
  try {
    const written = new Date(readFileSync(file, "utf8").trim());
    // Whatever became of its text: that it is there says that it was so.
    return Number.isNaN(written.getTime()) ? statSync(file).mtime : written;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/**
 * What `rollback` goes back to: before a `test` or `boot` that came last; else the newest before the current one that has
 * been current, which those of tests have not. null: there is none.
 */
export function formerGeneration(layout: Layout): number | null {
  const current = currentGeneration(layout);
  if (current === null) return null;
  const active = activeGeneration(layout) ?? current;
  const wasCurrent = switchedAt(layout, active) !== null;
  if (active !== current && (wasCurrent || active > current)) return wasCurrent ? active : current;
  const before = listGenerations(layout).filter((number) => number < current && switchedAt(layout, number) !== null);
  return before.at(-1) ?? null;
}

/** Forgets a generation. The current one is refused, and the one that the machine has. */
export function removeGeneration(layout: Layout, number: number): void {
  const isCurrent = currentGeneration(layout) === number;
  if (isCurrent || activeGeneration(layout) === number) {
    throw new StowageError({
      code: "generation-in-use",
      message: `generation ${number} is ${isCurrent ? "the current one" : "what the machine has"}`,
      hint: "switch to another first",
    });
  }
  const directory = `${generationsDir(layout)}/${number}`;
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { recursive: true, force: true });
  fsyncDirectory(directory);
}

function unreadable(
  file: string,
  why: string,
  hint = "point the link `current` beside it to a generation that is whole, then run `stowage switch`",
): StowageError {
  return new StowageError({
    code: "bad-generation",
    message: `${file} cannot be read as a generation`,
    details: [why],
    hint,
  });
}
