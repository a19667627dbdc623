/** Finding options by words. */
import type { OptionDoc } from "./reference.ts";

/** Options in which all words occur; those with the words in their name first, the shortest names before long ones. */
export function searchOptions(docs: readonly OptionDoc[], text: string): OptionDoc[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const ranked = docs.flatMap((doc) => {
    const rank = rankOf(doc, words);
    return rank === undefined ? [] : [{ doc, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.doc.name.length - b.doc.name.length || (a.doc.name < b.doc.name ? -1 : 1));
  return ranked.map(({ doc }) => doc);
}

/** Lower is better; undefined where a word is missing. */
function rankOf(doc: OptionDoc, words: readonly string[]): number | undefined {
  const name = doc.name.toLowerCase();
  const last = name.split(".").at(-1)!;
  const description = doc.description.toLowerCase();
  let rank = 0;
  for (const word of words) {
    if (last === word) rank += 0;
    else if (last.includes(word)) rank += 1;
    else if (name.includes(word)) rank += 2;
    else if (description.includes(word)) rank += 3;
    else return undefined;
  }
  return rank;
}
