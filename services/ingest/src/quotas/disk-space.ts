import { Refusal } from '../lib/refusal.ts'

/** What an upload takes besides its body: journal line, link, block sizes. */
const overheadBytes = 8_192
const maxAgeMs = 1_000

/** Takes the space of something that is written at once. Throws what `DiskSpace.take` throws. */
export type TakeSpace = (bytes: number) => Promise<void>

/** Keeps a reserve of the disk free, so that nothing but what clients send runs out of space. */
export interface DiskSpace {
  /** Takes the space of an upload that is announced. Throws the refusal `disk-full`, and the system's error. */
  take(bytes: number): Promise<void>
  /** Bytes that were taken are on the disk now, or will not come. */
  settle(bytes: number): void
}

interface DiskSpaceDeps {
  readonly freeBytes: () => Promise<number>
  readonly reserveBytes: number
  readonly nowMs: () => number
  readonly onRefusal: () => void
}

/** Takes space for data other than uploads that a client has sent. */
export const takeSpaceOf = (space: DiskSpace): TakeSpace =>
  async function takeSpace(bytes) {
    await space.take(bytes)
    space.settle(bytes)
  }

/**
 * Asks the file system at most once a second, and before it refuses. In between, what was taken is subtracted: all of
 * it since the last reading, and what has not been written yet.
 */
export function createDiskSpace({ freeBytes, reserveBytes, nowMs, onRefusal }: DiskSpaceDeps): DiskSpace {
  let free = 0
  let readMs = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null
  /** Announced and not written. */
  let outstanding = 0
  /** Written since the file system was asked. */
  let written = 0

  return {
    async take(bytes) {
      const wanted = bytes + overheadBytes
      if (nowMs() - readMs > maxAgeMs) {
        const fresh = read()
        if (readMs < 0) await fresh
        else fresh.catch(() => undefined)
      }
      if (!fits(wanted)) await read()
      if (!fits(wanted)) {
        onRefusal()
        throw new Refusal(
          'disk-full',
          `the disk has too little left beside its reserve of ${reserveBytes} bytes; nothing was stored`,
        )
      }
      outstanding += bytes
      written += overheadBytes
    },
    settle(bytes) {
      outstanding -= bytes
      written += bytes
    },
  }

  function fits(bytes: number): boolean {
    return free - written - outstanding - bytes >= reserveBytes
  }

  function read(): Promise<void> {
    reading ??= readNow().finally(() => {
      reading = null
    })
    return reading
  }

  async function readNow(): Promise<void> {
    const before = written
    free = await freeBytes()
    // What was written during the reading may or may not be part of it.
    written -= before
    readMs = nowMs()
  }
}
