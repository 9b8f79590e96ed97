import type { StagedUpload } from '../../ports.ts'
import { type ObjectParts, partBytes } from '../object-store.ts'
import { type StoreProgress, whileProgress } from './store-progress.ts'

/** The client has to wait while more bytes of its body than this are not in the store. */
const maxBehindBytes = 2 * partBytes

/** A body that goes to the store a part at a time while it is staged on this disk. */
export interface StreamedBody extends StagedUpload {
  /** The body on this disk. */
  readonly local: StagedUpload
  /**
   * Brings the last parts to the store. False where nothing of the body is there, because it is too small, a part failed,
   * or other bytes have taken its place. Throws `Unavailable`.
   */
  finish(sha256: string): Promise<boolean>
}

interface StreamBodyDeps {
  readonly begin: () => Promise<ObjectParts>
  readonly putDigest: (sha256: string) => Promise<void>
  /** Shared by all bodies. */
  readonly progress: StoreProgress
  /** How long the arriving body waits for a store that takes nothing; after that it is on this disk alone. */
  readonly maxWaitMs: number
}

/** Begins with the first whole part. Where one fails, the caller puts the body whole at the end, from this disk. */
export function streamBody(local: StagedUpload, deps: StreamBodyDeps): StreamedBody {
  let size = 0
  let sent = 0
  let parts: ObjectParts | null = null
  let isOver = false
  let sending: Promise<void> | null = null

  return {
    local,
    facts: local.facts,
    async write(bytes) {
      // The memory of the bytes is freed once they are written.
      const { length } = bytes
      await local.write(bytes)
      size += length
      if (isOver || size - sent < partBytes) return
      sending ??= sendParts()
      if (size - sent < maxBehindBytes) return
      await whileProgress(deps.progress, deps.maxWaitMs, sending).catch(() => {
        isOver = true
      })
    },
    persistFacts: () => local.persistFacts(),
    async replace(bytes) {
      await end()
      await local.replace(bytes)
    },
    read: (extent) => local.read(extent),
    async finish(sha256) {
      await sending
      const begun = parts
      if (!begun || isOver) return false
      try {
        while (sent < size && !isOver) await sendNext(begun)
        await deps.putDigest(sha256)
        await begun.complete()
        parts = null
        return true
      } finally {
        await end()
      }
    },
    async [Symbol.asyncDispose]() {
      await end()
      await local[Symbol.asyncDispose]()
    },
  }

  async function sendParts(): Promise<void> {
    try {
      parts ??= await deps.begin()
      while (size - sent >= partBytes && !isOver) await sendNext(parts)
    } catch {
      isOver = true
    }
    sending = null
    if (isOver) await end()
  }

  async function sendNext(to: ObjectParts): Promise<void> {
    const end = Math.min(size, sent + partBytes)
    await to.add(local.read({ from: sent, to: end }))
    sent = end
    deps.progress.parts++
  }

  /** Aborts what is not completed. Where the abort fails, the sweep in `open-object-store.ts` repeats it. */
  async function end(): Promise<void> {
    isOver = true
    // Parts that are on their way would outlive the abort; `sendParts` calls this again behind them.
    if (sending) return
    const begun = parts
    parts = null
    await begun?.abort().catch(() => undefined)
  }
}
