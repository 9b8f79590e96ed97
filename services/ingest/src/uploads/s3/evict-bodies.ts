import type { Logger } from '@pushav/shared/logger.ts'
import type { LocalBody, LocalUploads } from '../ports.ts'
import type { Shipper } from './shipper.ts'

/** Evicting ends below the limit, so that not every upload starts it again. */
const targetShare = 0.9
const intervalMs = 30_000
/** A younger body stays: it may be of an upload that this process is still to ship. */
export const settledMs = 15_000

interface EvictBodiesDeps {
  readonly streams: () => Promise<readonly string[]>
  readonly local: Pick<LocalUploads, 'bodies' | 'removeUploads'>
  readonly shipper: Pick<Shipper, 'isBehind'>
  readonly maxBytes: number
  readonly nowMs: () => number
}

/**
 * Once bodies take more than `maxBytes` of this disk, removes those that the store has, the least recently used
 * first. Young bodies stay, and those of streams with lines on their way to the store. Returns how many went. Throws
 * the system's error.
 */
export function evictBodiesWith({ streams, local, shipper, maxBytes, nowMs }: EvictBodiesDeps) {
  return async function evictBodies(): Promise<number> {
    const evictable: (LocalBody & { readonly stream: string })[] = []
    let bytes = 0
    for (const stream of await streams()) {
      const bodies = await local.bodies(stream)
      const isBehind = shipper.isBehind(stream)
      for (const body of bodies) {
        bytes += body.bytes
        if (!isBehind && body.usedMs < nowMs() - settledMs) evictable.push({ ...body, stream })
      }
    }
    if (bytes <= maxBytes) return 0
    evictable.sort((a, b) => a.usedMs - b.usedMs)
    const evicted: typeof evictable = []
    for (const body of evictable) {
      if (bytes <= maxBytes * targetShare) break
      bytes -= body.bytes
      evicted.push(body)
    }
    for (const [stream, some] of Map.groupBy(evicted, (body) => body.stream))
      await local.removeUploads(
        stream,
        some.map(({ upload }) => upload),
      )
    return evicted.length
  }
}

/** Evicts bodies every 30 seconds, one run at a time. */
export function startEviction(
  evictBodies: () => Promise<number>,
  log: Pick<Logger, 'info' | 'warn'>,
): AsyncDisposable {
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= run().finally(() => {
      running = null
    })
  }, intervalMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }

  async function run(): Promise<void> {
    try {
      const evicted = await evictBodies()
      if (evicted > 0) log.info({ evicted }, 'bodies that the store has made room on this disk')
    } catch (error) {
      log.warn({ error }, 'no room was made on this disk')
    }
  }
}
