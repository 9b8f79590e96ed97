/** The pairs of a list that has names and values, or members and scores, in turn. */
export const pairsIn = (words: readonly string[]): [string, string][] =>
  Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] ?? '', words[2 * i + 1] ?? ''])
