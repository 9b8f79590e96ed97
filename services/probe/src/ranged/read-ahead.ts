import type { ByteSource } from '../domain/boxes.ts'

/** Holds the init segment or the first boxes of nearly every upload. */
const headBytes = 16_384
const maxAheadBytes = 2 ** 20

interface Window {
  readonly start: number
  readonly bytes: Buffer
}

/** A source that fetches more than a read asks for, twice as much each time, so that small reads make few requests. */
export async function readAhead(
  fetch: (from: number, to: number) => Promise<{ readonly size: number; readonly bytes: Buffer }>,
): Promise<ByteSource> {
  let aheadBytes = headBytes
  const { size, bytes } = await fetch(0, aheadBytes)
  const head: Window = { start: 0, bytes }
  let latest = head
  return {
    size,
    async read(start, length) {
      const end = Math.min(start + length, size)
      return slice(head, start, end) ?? slice(latest, start, end) ?? (await fetchFrom(start, end))
    },
  }

  async function fetchFrom(start: number, end: number): Promise<Buffer> {
    aheadBytes = Math.min(2 * aheadBytes, maxAheadBytes)
    const { bytes } = await fetch(start, Math.max(end, start + aheadBytes))
    latest = { start, bytes }
    return bytes.subarray(0, end - start)
  }
}

/** The bytes of a range; null when the window does not hold all of them. */
function slice({ start, bytes }: Window, from: number, to: number): Buffer | null {
  if (from < start || to > start + bytes.length) return null
  return bytes.subarray(from - start, to - start)
}
