/** The variables that a playlist defines itself (EXT-X-DEFINE with VALUE; RFC 8216bis, 4.3 and 4.4.2.3). */
export interface PlaylistVariables {
  define(name: string | null, value: string | null): void
  /** The text with the values of known variables; others stay as written. */
  fill(text: string): string
}

/** Bounds what a text may grow to. */
const maxVariables = 64
const maxValue = 256
const maxReferences = 16

const reference = /\{\$([A-Za-z0-9_-]{1,64})\}/g

export const hasVariable = (text: string): boolean => /\{\$[A-Za-z0-9_-]/.test(text)

export function createPlaylistVariables(): PlaylistVariables {
  const values = new Map<string, string>()
  return { define, fill }

  function define(name: string | null, value: string | null): void {
    if (name !== null && value !== null && value.length <= maxValue && values.size < maxVariables)
      values.set(name, value)
  }

  function fill(text: string): string {
    if (values.size === 0 || !text.includes('{$')) return text
    let left = maxReferences
    return text.replace(reference, (whole, name: string) =>
      left-- > 0 ? (values.get(name) ?? whole) : whole,
    )
  }
}
