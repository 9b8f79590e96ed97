import { createSemaphore } from '../lib/semaphore.ts'
import { inPages } from '../streams/pages.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { DeviceIndex } from './ports.ts'

/** Adds up what devices send to streams: not for each upload, but for each stream once in a while. */
export interface DeviceSums extends AsyncDisposable {
  /** The counts of a stream have changed, or may not be added up yet. */
  touch(stream: string): void
  /** Resolves when the totals hold what came before the call. Throws `Unavailable`; the next call tries again. */
  flush(): Promise<void>
  /** Takes a stream out, before the index forgets it. Throws `Unavailable`. */
  forget(stream: string): Promise<void>
}

export interface DeviceSumsDeps {
  readonly index: Pick<StreamQueries, 'devices'>
  readonly devices: Pick<DeviceIndex, 'add' | 'removeStream'>
  /** How long changes wait, so that a stream that receives all the time is added up once for many uploads. */
  readonly everyMs: number
}

/** Streams that are read together. */
const streamsPerRead = 64

export function createDeviceSums({ index, devices, everyMs }: DeviceSumsDeps): DeviceSums {
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  /** One at a time: counts that were read before a removal must not be added after it. */
  const inTurn = createSemaphore(1)

  return {
    touch,
    flush: () => inTurn(addAll),
    forget: (stream) => inTurn(() => remove(stream)),
    async [Symbol.asyncDispose]() {
      if (timer) clearTimeout(timer)
      // What is left is added at the next start.
      await inTurn(addAll).catch(() => undefined)
    },
  }

  function touch(stream: string): void {
    changed.add(stream)
    timer ??= setTimeout(() => {
      timer = null
      inTurn(addAll).catch(() => undefined)
    }, everyMs).unref()
  }

  async function addAll(): Promise<void> {
    for (const streams of inPages([...changed], streamsPerRead)) {
      for (const stream of streams) changed.delete(stream)
      try {
        await Promise.all(streams.map(addStream))
      } catch (error) {
        for (const stream of streams) touch(stream)
        throw error
      }
    }
  }

  async function addStream(stream: string): Promise<void> {
    const counts = await index.devices(stream)
    await Promise.all(counts.map((one) => devices.add(stream, one)))
  }

  async function remove(stream: string): Promise<void> {
    changed.delete(stream)
    const counts = await index.devices(stream)
    const fingerprints = counts.map(({ fingerprint }) => fingerprint)
    await devices.removeStream(stream, fingerprints)
  }
}
