/** A definition that is being edited: its text, and of each line who says it. Pure. */
import type { Written } from "./definition.ts";
import type { Line } from "./literal.ts";

/** Of a line of text; a flag where what it says is no text of the user's. */
type Origin = { readonly file: string; readonly line: number; readonly shift: number } | { readonly flag: string };

/** A line to be put in. Without an origin it is nobody's; at the first and the last one, the line's that is there. */
export interface Piece {
  readonly text: string;
  readonly origin?: Origin;
}

export interface Draft {
  readonly text: string;
  readonly origins: readonly (Origin | null)[];
}

/** @param file where the text is, as it is called in messages */
export const draftOf = (text: string, file: string): Draft => ({
  text,
  origins: text.split("\n").map((_, at) => ({ file, line: at + 1, shift: 0 })),
});

/** Lines of a value, as what a flag says. */
export const piecesOf = (lines: readonly Line[], flag: string | undefined): Piece[] =>
  lines.map(({ text, from }) => {
    const origin = from ?? (flag === undefined ? undefined : { flag });
    return { text, ...(origin && { origin }) };
  });

/** Puts lines in the place of what stands from one offset to another. */
export function splice({ text, origins }: Draft, from: number, to: number, pieces: readonly Piece[]): Draft {
  const first = lineAt(text, from);
  const last = lineAt(text, to);
  const column = from - (text.lastIndexOf("\n", from - 1) + 1);
  const put = pieces.map(({ origin }, at): Origin | null => {
    if (origin !== undefined)
      return at === 0 && "shift" in origin ? { ...origin, shift: origin.shift + column } : origin;
    if (at === 0) return origins[first] ?? null;
    return at === pieces.length - 1 ? (origins[last] ?? null) : null;
  });
  return {
    text: text.slice(0, from) + pieces.map((piece) => piece.text).join("\n") + text.slice(to),
    origins: [...origins.slice(0, first), ...put, ...origins.slice(last + 1)],
  };
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length - 1;

export function writtenOf({ text, origins }: Draft): Written {
  return {
    text,
    placeOf(line, column) {
      const origin = origins[line - 1];
      if (!origin || "flag" in origin) return null;
      return { file: origin.file, line: origin.line, column: Math.max(1, column - origin.shift) };
    },
    flagOf(line) {
      const origin = origins[line - 1];
      return origin && "flag" in origin ? origin.flag : null;
    },
  };
}
