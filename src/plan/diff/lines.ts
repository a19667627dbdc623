/** Two texts line by line, in the form of diff(1) with `-u`. */

/** How many equal lines are shown before and after what differs. */
const around = 3;
/** Lines of one times lines of the other that are compared each with each; above that all of both is taken to differ. */
const most = 4_000_000;

type Edit = readonly [sign: " " | "-" | "+", line: string];

/** @returns hunks, each beginning with `@@`; "" where the texts are the same */
export function unifiedHunks(from: string, to: string): string {
  const edits = editsOf(linesIn(from), linesIn(to));
  return hunksOf(edits)
    .map(([start, end]) => hunkText(edits, start, end))
    .join("");
}

/** The last one without a line break says so, as diff(1) has it. */
function linesIn(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop();
  return last === "" || last === undefined ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function editsOf(from: readonly string[], to: readonly string[]): Edit[] {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  const left = Math.min(from.length, to.length) - start;
  while (end < left && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => [" ", line]);
  return [
    ...same(from.slice(0, start)),
    ...middle(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    ...same(from.slice(from.length - end)),
  ];
}

/** By the longest common subsequence. */
function middle(from: readonly string[], to: readonly string[]): Edit[] {
  const [rows, columns] = [from.length, to.length];
  if (rows * columns > most || rows * columns === 0)
    return [...from.map((line): Edit => ["-", line]), ...to.map((line): Edit => ["+", line])];
  const width = columns + 1;
  const length = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const at = row * width + column;
      length[at] =
        from[row] === to[column] ? length[at + width + 1]! + 1 : Math.max(length[at + width]!, length[at + 1]!);
    }
  }
  const edits: Edit[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const at = row * width + column;
    if (row < rows && column < columns && from[row] === to[column]) {
      edits.push([" ", from[row]!]);
      row++;
      column++;
    } else if (row < rows && (column === columns || length[at + width]! >= length[at + 1]!))
      edits.push(["-", from[row++]!]);
    else edits.push(["+", to[column++]!]);
  }
  return edits;
}

/** From and to of each; those whose surroundings meet are one. */
function hunksOf(edits: readonly Edit[]): [start: number, end: number][] {
  const hunks: [number, number][] = [];
  for (const [index, [sign]] of edits.entries()) {
    if (sign === " ") continue;
    const [start, end] = [Math.max(0, index - around), Math.min(edits.length, index + around + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  return hunks;
}

function hunkText(edits: readonly Edit[], start: number, end: number): string {
  const count = (part: readonly Edit[], sign: "-" | "+") => part.filter(([one]) => one === " " || one === sign).length;
  const range = (sign: "-" | "+") => {
    const [before, lines] = [count(edits.slice(0, start), sign), count(edits.slice(start, end), sign)];
    // Of no lines: the one that they come after.
    return `${lines === 0 ? before : before + 1}${lines === 1 ? "" : `,${lines}`}`;
  };
  const lines = edits.slice(start, end).map(([sign, line]) => `${sign}${line}\n`);
  return `@@ -${range("-")} +${range("+")} @@\n${lines.join("")}`;
}
