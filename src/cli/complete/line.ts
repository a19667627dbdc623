/** A command line as bash has it, cut into words as bash would, up to the cursor. */

export interface Line {
  /** Without quotes and backslashes; the last one is being typed, and may be empty. */
  readonly words: readonly string[];
  /** What of the last word bash does not replace: it ends a word of its own at `=` and the like. */
  readonly kept: string;
}

/**
 * @param text COMP_LINE up to COMP_POINT
 * @param breaks COMP_WORDBREAKS
 */
export function readLine(text: string, breaks = "=:@"): Line {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === "" && /\s/.test(char)) {
      if (word !== null) words.push(word);
      [word, isQuoted] = [null, false];
    } else if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) {
      [word, quote, isQuoted] = [word ?? "", char, true];
    } else if (char === "\\" && quote !== "'") word = (word ?? "") + (text[++at] ?? "");
    else word = (word ?? "") + char;
  }
  const last = word ?? "";
  // Within quotes bash breaks nowhere.
  return { words: [...words, last], kept: isQuoted ? "" : last.slice(0, lastBreak(last, breaks) + 1) };
}

const lastBreak = (word: string, breaks: string): number =>
  Math.max(-1, ...[...breaks].map((char) => word.lastIndexOf(char)));
