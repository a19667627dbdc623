/** Changes to a source text that keep its lines, and the source map that tells columns as they were. */

/** Replaces `source.slice(from, to)`. Insertions at one place are kept in the order in which they were added. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The changed text with its source map as a comment in the last line; esbuild chains it with its own. */
export function applyEdits(source: string, edits: readonly Edit[], file: string): string {
  const sorted = edits.map((edit, index) => ({ edit, index }));
  sorted.sort((a, b) => a.edit.from - b.edit.from || a.index - b.index);
  const out = new MappedText(source);
  let at = 0;
  for (const { edit } of sorted) {
    out.copy(at, edit.from);
    out.insert(edit.text);
    // What is replaced stands in one line: edits never hold a line break.
    out.skip(edit.to - edit.from);
    at = edit.to;
  }
  out.copy(at, source.length);
  return out.finish(file);
}

class MappedText {
  #text = "";
  #mappings = "";
  #generatedColumn = 0;
  #sourceLine = 0;
  #sourceColumn = 0;
  // A source map holds differences to the former segment.
  #last = { generated: 0, line: 0, column: 0 };
  #isFirstInLine = true;

  constructor(readonly source: string) {}

  insert(text: string): void {
    this.#text += text;
    this.#generatedColumn += text.length;
  }

  /** A segment at each start of a word: positions between segments are rounded down to one. */
  copy(from: number, to: number): void {
    let isInWord = false;
    for (let index = from; index < to; index++) {
      const char = this.source[index]!;
      const isWord = /[\w$]/.test(char);
      if (!(isWord && isInWord)) this.#segment();
      isInWord = isWord;
      this.#text += char;
      if (char === "\n") this.#newLine();
      else {
        this.#generatedColumn++;
        this.#sourceColumn++;
      }
    }
  }

  skip(characters: number): void {
    this.#sourceColumn += characters;
  }

  #newLine(): void {
    this.#mappings += ";";
    this.#generatedColumn = 0;
    this.#last.generated = 0;
    this.#sourceLine++;
    this.#sourceColumn = 0;
    this.#isFirstInLine = true;
  }

  #segment(): void {
    const { generated, line, column } = this.#last;
    const fields = [this.#generatedColumn - generated, 0, this.#sourceLine - line, this.#sourceColumn - column];
    this.#mappings += (this.#isFirstInLine ? "" : ",") + fields.map(variableLength).join("");
    this.#isFirstInLine = false;
    this.#last = { generated: this.#generatedColumn, line: this.#sourceLine, column: this.#sourceColumn };
  }

  finish(file: string): string {
    const map = JSON.stringify({ version: 3, sources: [file], names: [], mappings: this.#mappings });
    const encoded = Buffer.from(map).toString("base64");
    return `${this.#text}\n//# sourceMappingURL=data:application/json;base64,${encoded}`;
  }
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 VLQ: the sign in the lowest bit, five bits a digit, the sixth says that more follow. */
function variableLength(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
