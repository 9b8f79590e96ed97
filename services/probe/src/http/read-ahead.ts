import type { Bytes } from '../domain/boxes.ts'

/** So many hold the init segment or the first boxes of nearly every upload. */
const headBytes = 16_384
const maxAheadBytes = 2 ** 20

interface Window {
  readonly start: number
  readonly bytes: Buffer
}

/** Fetches more than is asked for, and more each time, so that many small reads make few requests. */
export async function readAhead(
  fetch: (from: number, to: number) => Promise<{ readonly size: number; readonly bytes: Buffer }>,
): Promise<Bytes> {
  let ahead = headBytes
  const { size, bytes } = await fetch(0, ahead)
  const head: Window = { start: 0, bytes }
  let latest = head
  return {
    size,
    async at(start, length) {
      const end = Math.min(start + length, size)
      return cut(head, start, end) ?? cut(latest, start, end) ?? (await fetched(start, end))
    },
  }

  async function fetched(start: number, end: number): Promise<Buffer> {
    ahead = Math.min(2 * ahead, maxAheadBytes)
    const { bytes } = await fetch(start, Math.max(end, start + ahead))
    latest = { start, bytes }
    return bytes.subarray(0, end - start)
  }
}

/** Null where a window does not hold all of it. */
function cut({ start, bytes }: Window, from: number, to: number): Buffer | null {
  if (from < start || to > start + bytes.length) return null
  return bytes.subarray(from - start, to - start)
}
