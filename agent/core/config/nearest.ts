/**
 * The candidate that `word` most likely meant, or null when none is close: at most a third of the letters may differ
 * (so none of two: `rw` is not a misspelt `ro`), where swapping two neighbours counts as one change. Letter case, `-` and `_` do
 * not count.
 */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
  const wanted = plain(word);
  if (wanted.length > longestWord) return null;
  let best: { candidate: string; changes: number } | null = null;
  for (const candidate of candidates) {
    const changes = editDistance(wanted, plain(candidate));
    const allowed = Math.floor(Math.max(wanted.length, candidate.length) / 3);
    if (changes <= allowed && (best === null || changes < best.changes)) best = { candidate, changes };
  }
  return best?.candidate ?? null;
};

/** No key, command or option is longer; the comparison below is quadratic and its input is not ours. */
const longestWord = 64;

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, "");

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : replaced;
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
};
