/**
 * Our block of the hosts file: between two marker lines, whatever else stands in the file is someone else's and stays
 * as it is, byte for byte. Pure; `files.ts` reads and writes. Facts: hosts(5).
 */
import { StowageError } from "../error.ts";

export const hostsBegin = "# begin stowage";
export const hostsEnd = "# end stowage";

/** A line of the file with its line break, if it has one. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const isLine = (line: string, marker: string): boolean => line.trimEnd() === marker;

interface Parts {
  readonly before: readonly string[];
  /** What stands between the markers; null where there are none. */
  readonly block: readonly string[] | null;
  readonly after: readonly string[];
}

/** @throws StowageError `hosts-block-damaged`: we cannot tell whose a line is when a marker is missing or doubled. */
function partsOf(text: string): Parts {
  const lines = linesOf(text);
  const begins = lines.flatMap((line, index) => (isLine(line, hostsBegin) ? [index] : []));
  const ends = lines.flatMap((line, index) => (isLine(line, hostsEnd) ? [index] : []));
  if (begins.length === 0 && ends.length === 0) return { before: lines, block: null, after: [] };
  const [begin, end] = [begins[0], ends[0]];
  if (begins.length !== 1 || ends.length !== 1 || begin === undefined || end === undefined || end < begin) {
    throw new StowageError({
      code: "hosts-block-damaged",
      message: `the lines "${hostsBegin}" and "${hostsEnd}" in /etc/hosts are not one pair`,
      details: [`begin in line ${places(begins)}, end in line ${places(ends)}`],
      hint: "remove these lines and what stowage wrote between them, then switch again",
    });
  }
  return { before: lines.slice(0, begin), block: lines.slice(begin + 1, end), after: lines.slice(end + 1) };
}

const places = (indexes: readonly number[]): string => indexes.map((index) => index + 1).join(", ") || "none";

/** What stands between the markers, or null where there are none. */
export function hostsBlock(text: string): string | null {
  return partsOf(text).block?.join("") ?? null;
}

/**
 * The file with another block; where it had none, at its end. `null` or "" takes the block out.
 * @param block whole lines
 */
export function withHostsBlock(text: string, block: string | null): string {
  const { before, after } = partsOf(text);
  const ours = block ? [`${hostsBegin}\n`, ensureBreak(block), `${hostsEnd}\n`] : [];
  // A last line without a line break would run into our marker.
  const head = ours.length > 0 ? before.map(ensureBreak) : before;
  return [...head, ...ours, ...after].join("");
}

const ensureBreak = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
