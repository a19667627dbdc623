/** The pieces of all containers: by a stencil where many are of one pattern. */
import { Holes } from "../runtimes/holes.ts";
import { patternOf, type SystemContainer } from "../runtimes/nspawn/index.ts";
import { type Piece, pieceOf } from "./piece.ts";
import { type Stencil, type StencilParts, stencilOf } from "./stencil.ts";

/** A stencil takes as long as this many containers. */
const worthIt = 4;

interface Pattern {
  seen: number;
  stencil: Stencil | null;
}

/** @param make pure, and the long way: what it gives is what this gives */
export function piecesOf(
  containers: readonly SystemContainer[],
  make: (container: SystemContainer) => StencilParts,
): Piece[] {
  if (containers.length <= worthIt) return containers.map((container) => pieceOf(make(container)));
  const patterns = new Map<string, Pattern>();
  const holes = new Holes("a");
  return containers.map((container) => {
    holes.clear();
    patternOf(container, holes);
    const pattern = patterns.get(holes.left) ?? { seen: 0, stencil: null };
    if (pattern.seen === 0) patterns.set(holes.left, pattern);
    pattern.seen += 1;
    if (pattern.seen === worthIt) pattern.stencil = stencilOf(container, make);
    return pattern.stencil?.(holes.values) ?? pieceOf(make(container));
  });
}
