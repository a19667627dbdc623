/** The pieces of all containers: by a stencil where many are of one pattern. */
import { Holes, type KnownHoles } from "../runtimes/holes.ts";
import { patternOf, type SystemContainer } from "../runtimes/nspawn/index.ts";
import { type Piece, pieceOf } from "./piece.ts";
import { type Stencil, type StencilParts, stencilOf } from "./stencil.ts";

/** A stencil takes as long as this many containers. */
const worthIt = 4;

interface Pattern {
  seen: number;
  stencil: Stencil | null;
}

/** The last one that a stencil was made for: nearly always the next container is of the same. */
interface Last {
  readonly holes: KnownHoles;
  readonly stencil: Stencil;
}

/** @param make pure, and the long way: what it gives is what this gives */
export function piecesOf(
  containers: readonly SystemContainer[],
  make: (container: SystemContainer) => StencilParts,
): Piece[] {
  if (containers.length <= worthIt) return containers.map((container) => pieceOf(make(container)));
  const patterns = new Map<string, Pattern>();
  const holes = new Holes("a");
  let last: Last | null = null;
  return containers.map((container) => {
    const values = last === null ? null : valuesBy(last.holes, container);
    if (last !== null && values !== null) return last.stencil(values);
    holes.clear();
    patternOf(container, holes);
    const { left } = holes;
    const pattern = patterns.get(left) ?? { seen: 0, stencil: null };
    if (pattern.seen === 0) patterns.set(left, pattern);
    pattern.seen += 1;
    if (pattern.seen === worthIt) pattern.stencil = stencilOf(container, make);
    if (pattern.stencil === null) return pieceOf(make(container));
    last = { holes: holes.again, stencil: pattern.stencil };
    return pattern.stencil(holes.values);
  });
}

function valuesBy(holes: KnownHoles, container: SystemContainer): readonly string[] | null {
  holes.clear();
  patternOf(container, holes);
  return holes.values;
}
