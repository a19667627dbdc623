/** Names that were perhaps meant. Pure. */

/** Changes of one letter, and swaps of two neighbours, that lead from one text to the other; at most `limit` + 1. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] as number) + 1);
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length] as number, limit + 1);
}

const letters = (name: string) => name.replace(/[^a-z0-9]/g, "");

/** Up to `count` of `names` that are like `wanted`, the nearest first; hyphens count for nothing. */
export function nearNames(wanted: string, names: readonly string[], count = 3): string[] {
  const limit = wanted.length < 5 ? 1 : 2;
  const scored = names.flatMap((name) => {
    if (letters(name) === letters(wanted)) return [{ name, score: 0 }];
    const score = distance(wanted, name, limit);
    return score <= limit ? [{ name, score }] : [];
  });
  return scored
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map((item) => item.name);
}
