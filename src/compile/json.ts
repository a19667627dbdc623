/** What `stowage compile --json` prints: a generation for programs, with every command as an argument list. */
import { isExec, linesOf, parseExec, type Unit, type UnitValue } from "../units/index.ts";
import type { Generation } from "./generation.ts";

/** One line of an Exec key. */
export interface JsonExec {
  /** `-`, `+`, … as they stand before the program; empty for most. */
  readonly prefixes: string;
  readonly argv: readonly string[];
}

/** Lines of a key; those of Exec keys split into arguments. */
export type JsonSections = Readonly<Record<string, Readonly<Record<string, readonly string[] | readonly JsonExec[]>>>>;

export interface JsonGeneration extends Omit<Generation, "units"> {
  readonly units: Readonly<Record<string, JsonSections>>;
}

export function compileJson(generation: Generation): JsonGeneration {
  return { ...generation, units: mapValues(generation.units, (unit) => jsonSections(unit)) };
}

const jsonSections = (unit: Unit): JsonSections =>
  mapValues(unit.sections, (section) =>
    Object.fromEntries(Object.entries(section).map(([key, value]) => [key, jsonValue(key, value)])),
  );

function jsonValue(key: string, value: UnitValue): readonly string[] | readonly JsonExec[] {
  const lines = linesOf(value);
  if (!/^Exec[A-Z]/.test(key) && !isExec(value)) return lines;
  return lines.map((line) => {
    const { prefixes, exec } = parseExec(line);
    return { prefixes, argv: exec };
  });
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
