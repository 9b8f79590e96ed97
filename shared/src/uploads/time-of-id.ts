/** When a UUIDv7 was made, in Unix milliseconds. RFC 9562, 5.7: its first 48 bits. */
export const timeOfId = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16)

/** What ids of a time, in Unix milliseconds, begin with; it sorts before them, and `timeOfId` reads it. */
export function startOfIdsAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
