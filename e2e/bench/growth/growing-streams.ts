import { faultsOf } from '../../load/putload.ts'
import type { Bench } from '../bench.ts'
import { openStream, type StreamTarget, segmentPath } from '../servers/server.ts'
import type { HeldProbes } from './held-probes.ts'
import { untilIndexed } from './restarts.ts'
import type { RunningServer } from './working-directory.ts'

/** Streams of one server that grow during a row. */
export interface GrowingStreams {
  /** Creates a stream with an init segment. */
  open(): Promise<GrowingStream>
  /** Resolves when all uploads are in the index. */
  settled(): Promise<void>
  readonly faults: readonly string[]
  /** Number of all uploads. */
  count(): number
}

export interface GrowingStream extends StreamTarget {
  /** Number of segments, which are numbered from 0. */
  count(): number
  /** Pushes segments until there are `count`. */
  fillTo(count: number): Promise<void>
  /** Call this after pushing more segments without `fillTo`. */
  pushed(more: number): void
}

const connections = 64

export function growStreamsOn(bench: Bench, opened: RunningServer, probes: HeldProbes): GrowingStreams {
  const faults: string[] = []
  let all = 0
  return {
    faults,
    count: () => all,
    settled: () => untilIndexed(opened.api, all),
    async open() {
      const publishing = await openStream(bench, opened)
      all++
      const stream = growing(publishing)
      await stream.fillTo(1)
      await probes.letGoFor(() => probed(publishing))
      return stream
    },
  }

  function growing(publishing: StreamTarget): GrowingStream {
    let count = 0
    return { ...publishing, count: () => count, fillTo, pushed }

    async function fillTo(wanted: number): Promise<void> {
      const more = wanted - count
      if (more <= 0) return
      const { identity, media, generate } = bench
      const load = { url: publishing.url, identity, body: media.segments['8k'], connections, first: count }
      faults.push(...faultsOf(await generate({ ...load, until: { count: more } })))
      pushed(more)
    }

    function pushed(more: number): void {
      count += more
      all += more
    }
  }

  /** Waits until segment 0 is probed. */
  async function probed({ stream }: StreamTarget): Promise<void> {
    const { status } = await opened.api.call('GET', `/probe/${stream}/${segmentPath(0)}`)
    if (status !== 200) throw new Error(`the probe of the first segment was answered ${status}`)
  }
}
