/** How comments and processing instructions begin and end (XML 1.0, 2.5 and 2.6). */
export const delimitedSpans = [
  ['<!--', '-->'],
  ['<?', '?>'],
] as const
