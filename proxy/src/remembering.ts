const mostKnown = 1_000
const longestKnown = 64

/** The same function for texts of which the same few come again and again: for those it works only once. */
export function remembering<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = make(text)
    if (known.size >= mostKnown) known.clear()
    if (text.length <= longestKnown) known.set(text, made)
    return made
  }
}
