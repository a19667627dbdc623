/** systemd's splitting of a value into words: quotes, C escapes. Facts: systemd.syntax(7) "QUOTING". */

const simple: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/** The words of a line, quotes removed and escapes resolved. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== "") {
    const [word, length] = takeWord(rest);
    words.push(word);
    rest = rest.slice(length).trimStart();
  }
  return words;
}

function takeWord(text: string): [word: string, length: number] {
  const word = new WordText();
  let quote = "";
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === "\\") {
      const [chars, length] = takeEscape(text.slice(at));
      word.add(chars);
      at += length;
      continue;
    }
    if (quote === "" && blank.test(char)) break;
    if (char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else word.add(char);
    at += 1;
  }
  return [word.text(), at];
}

const blank = /\s/;

/** Characters, and bytes from escapes: several of those together may be one character of UTF-8. */
class WordText {
  #text = "";
  #bytes: number[] = [];

  add(part: string | number): void {
    if (typeof part === "number") {
      this.#bytes.push(part);
      return;
    }
    if (this.#bytes.length > 0) this.#flush();
    this.#text += part;
  }

  text(): string {
    if (this.#bytes.length > 0) this.#flush();
    return this.#text;
  }

  #flush(): void {
    this.#text += new TextDecoder().decode(new Uint8Array(this.#bytes));
    this.#bytes = [];
  }
}

/** An escape at the text's start: characters, or one byte for `\xNN` and `\NNN`. Unknown ones stay as they are. */
function takeEscape(text: string): [value: string | number, length: number] {
  const byte = /^\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(text);
  if (byte !== null)
    return [byte[1] === undefined ? Number.parseInt(byte[2] ?? "", 8) : Number.parseInt(byte[1], 16), 4];
  const point = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text);
  if (point !== null) return [String.fromCodePoint(Number.parseInt(point[1] ?? point[2] ?? "", 16)), point[0].length];
  const known = simple[text[1] ?? ""];
  return known === undefined ? [text.slice(0, 2), Math.min(2, text.length)] : [known, 2];
}
