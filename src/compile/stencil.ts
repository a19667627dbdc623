/**
 * A container's piece of a generation from that of another one which differs in names, paths, addresses and ports only:
 * 1000 containers of one pattern are made as one is, and the others by putting in what is their own. That this gives
 * what is made the long way is not believed but seen, for each pattern: see {@link stencilOf}.
 */
import { Holes, standInPattern, type Tag } from "../runtimes/holes.ts";
import { patternOf, restartTriggers, type SystemContainer } from "../runtimes/nspawn/index.ts";
import { FilledPiece } from "./filled-piece.ts";
import { type Heading, type Parts, type Piece, pieceOf, printedPaths, textsOf } from "./piece.ts";
import { joined, Sheet, type Template, templateOf } from "./sheet.ts";

/** Parts, and of which files the texts are in a unit's X-Restart-Triggers. */
export type StencilParts = Parts & { readonly triggers: readonly Parts["files"][] };

/** The piece of a container by what {@link Holes} took away from it. */
export type Stencil = (values: readonly string[]) => Piece;

type Make = (container: SystemContainer) => StencilParts;

/**
 * Made with two sets of stand-ins: what depends on a value by more than repeating it comes out in two ways, and then
 * there is no stencil. Nor is there one that does not give, for the container at hand, what is made the long way.
 */
export function stencilOf(container: SystemContainer, make: Make): Stencil | null {
  const [cut, again] = [cutOut(container, make, "a"), cutOut(container, make, "b")];
  if (JSON.stringify(cut) !== JSON.stringify(again)) return null;
  const stencil = fill(cut);
  const holes = new Holes("a");
  patternOf(container, holes);
  return isSame(stencil(holes.values), make(container)) ? stencil : null;
}

interface Cut {
  /** As {@link textsOf} has them. */
  readonly files: readonly Template[];
  readonly others: readonly Template[];
  /** The sections of each unit, as JSON. */
  readonly sections: readonly Template[];
  /** For each further value, the texts of files that it is made of, without our mark. */
  readonly triggers: readonly (readonly Template[])[];
}

function cutOut(container: SystemContainer, make: Make, tag: Tag): Cut {
  const holes = new Holes(tag);
  const parts = make(patternOf(container, holes));
  const { files, others } = textsOf(parts);
  const hashes = parts.triggers.map((list) => triggerOf(list.map(([, text]) => text)));
  const standIns = standInPattern(tag);
  const find = new RegExp([standIns, ...hashes.map((hash) => `(${hash})`)].join("|"), "g");
  const cut = (text: string) =>
    templateOf(text, find, (match) =>
      hashes.includes(match[0]) ? holes.values.length + hashes.indexOf(match[0]) : indexIn(match),
    );
  return {
    files: files.map(cut),
    others: others.map(cut),
    sections: parts.units.map((unit) => cut(JSON.stringify(unit.sections))),
    triggers: parts.triggers.map((list) => list.map(([, text]) => cut(text))),
  };
}

/** The one group that there is. */
const indexIn = (match: readonly (string | undefined)[]): number => Number(match.slice(1).find((group) => group));

const triggerOf = (texts: readonly string[]): string => `${restartTriggers(texts)["X-Restart-Triggers"]}`;

function fill({ files, others, sections, triggers }: Cut): Stencil {
  const sheets = {
    files: new Sheet(files),
    others: new Sheet(others),
    sections: sections.map((template) => new Sheet([template])),
    printed: lastOf((heading: Heading) => new Sheet([printedTemplate(files, others, sections.length, heading)])),
  };
  const hashed = triggers.map((templates) => new Sheet(templates));
  return (own) => new FilledPiece(sheets, own, (values) => hashed.map((sheet) => triggerOf(sheet.texts(values))));
}

function printedTemplate(
  files: readonly Template[],
  others: readonly Template[],
  units: number,
  heading: Heading,
): Template {
  const names = others.slice(1);
  const pairs = (all: readonly Template[], each: 2 | 3) =>
    all.flatMap((first, at) => (at % each === 0 ? [[first, all[at + each - 1]!] as const] : []));
  const paths = printedPaths(
    pairs(names.slice(0, 2 * units), 2),
    pairs(names.slice(2 * units), 2),
    pairs(files, 3),
    heading,
  );
  return joined(paths.flat());
}

/** Nobody prints in two ways in turns. */
function lastOf<K, V>(make: (key: K) => V): (key: K) => V {
  let last: { readonly key: K; readonly value: V } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

/** Every text and every value. */
function isSame(piece: Piece, parts: Parts): boolean {
  const made = pieceOf(parts);
  const all = (one: Piece) => [
    one.identity(),
    one.units(),
    one.unitLinks(),
    one.files(),
    one.part(),
    one.printed({ before: "# ", after: "", directory: "/" }),
  ];
  return JSON.stringify(all(piece)) === JSON.stringify(all(made));
}
