/** A generation in pieces: what it has of one container, or of the host as such. */
import { ownershipMark, render, type Unit } from "../units/index.ts";
import { deepFreeze } from "./freeze.ts";
import type { ContainerPart, HostFile } from "./generation.ts";
import type { Filled } from "./sheet.ts";

export type Entry<T> = readonly [name: string, value: T];

/** What the makers of containers and of the host's network give. */
export interface Parts {
  readonly units: readonly Unit[];
  /** Target by link below the unit directory. */
  readonly unitLinks?: Readonly<Record<string, string>>;
  /** Absolute path and text, without our mark. */
  readonly files: readonly (readonly [path: string, text: string])[];
  /** Files as they are, with their modes and without a mark of ours: texts of a person's. */
  readonly plain?: readonly Entry<HostFile>[];
  readonly part?: ContainerPart;
}

/** Every text that a piece puts on the host, with its name, in a fixed order. */
export interface Texts {
  /** Path, mode and text of each. */
  readonly files: readonly string[];
  /** The container's part, as JSON, and name and text of each unit, then name and target of each link. */
  readonly others: readonly string[];
  readonly unitCount: number;
}

/** All of it is frozen. */
export interface Piece {
  /** What tells it from any other, for the generation's id. */
  identity(): readonly string[];
  units(): readonly Unit[];
  unitLinks(): readonly Entry<string>[];
  files(): readonly Entry<HostFile>[];
  part(): ContainerPart | null;
  /** Every text below its path: units, links, files. Takes less than all of the above. */
  printed(heading: Heading): string;
}

/** How a path is printed above a text, as in `before + path + after`. */
export interface Heading {
  readonly before: string;
  readonly after: string;
  /** The directory of units. */
  readonly directory: string;
}

/** A piece as it was made. */
export function pieceOf(parts: Parts): Piece {
  const files = allFiles(parts);
  deepFreeze([files, parts.units, parts.part ?? null]);
  return {
    identity() {
      const { files, others, unitCount } = textsOf(parts);
      return identityOf(filledOf(files), filledOf(others), unitCount);
    },
    units: () => parts.units,
    unitLinks: () => Object.entries(parts.unitLinks ?? {}),
    files: () => files,
    part: () => parts.part ?? null,
    printed: (heading) =>
      printedPaths(
        parts.units.map((unit) => [unit.name, render(unit)]),
        Object.entries(parts.unitLinks ?? {}),
        files.map(([path, { text }]) => [path, text]),
        heading,
      )
        .flat()
        .join(""),
  };
}

/** All that is printed, in pieces: texts are whatever stands for one. */
export function printedPaths<T>(
  units: readonly (readonly [name: T, text: T])[],
  links: readonly (readonly [name: T, target: T])[],
  files: readonly (readonly [path: T, text: T])[],
  { before, after, directory }: Heading,
): (T | string)[][] {
  return [
    ...units.map(([name, text]) => [`${before}${directory}/`, name, `${after}\n`, text, "\n"]),
    ...links.map(([name, target]) => [`${before}${directory}/`, name, " -> ", target, `${after}\n\n`]),
    ...files.map(([path, text]) => [before, path, `${after}\n`, text, "\n"]),
  ];
}

const allFiles = ({ files, plain = [] }: Pick<Parts, "files" | "plain">): readonly Entry<HostFile>[] => [
  ...files.map(([path, text]): Entry<HostFile> => [path, hostFile(path, text)]),
  ...plain,
];

export function textsOf({ units, unitLinks = {}, part, ...parts }: Parts): Texts {
  return {
    files: allFiles(parts).flatMap(([path, { mode, text }]) => [path, mode, text]),
    others: [
      JSON.stringify(part ?? null),
      ...units.flatMap((unit) => [unit.name, render(unit)]),
      ...Object.entries(unitLinks).flat(),
    ],
    unitCount: units.length,
  };
}

const filledOf = (texts: readonly string[]): Filled => ({
  whole: texts.join(""),
  lengths: texts.map((text) => text.length),
});

/** Texts behind a list of their lengths, so that none runs into another. */
export function identityOf(files: Filled, others: Filled, unitCount: number): string[] {
  return [`${unitCount};${files.lengths.join()};${others.lengths.join()}\n`, files.whole, others.whole];
}

/** Our mark is a comment in every format of ours but JSON, which says it by a key. */
export const markBefore = (path: string): string => (path.endsWith(".json") ? "" : `${ownershipMark}\n`);

function hostFile(path: string, text: string): HostFile {
  return { text: `${markBefore(path)}${text}`, mode: "0644" };
}
