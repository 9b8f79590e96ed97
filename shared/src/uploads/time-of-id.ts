/** When a UUIDv7 was made, in Unix milliseconds: its first 48 bits (RFC 9562, 5.7). */
export const timeOfId = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16)

/** The beginning of all ids of a time in Unix milliseconds. It sorts before them, and `timeOfId` can read it. */
export function startOfIdsAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
