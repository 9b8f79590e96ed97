import { until } from '@pushav/shared/testing/until.ts'
import type { Api } from './api.ts'
import type { Bench } from './bench.ts'
import { type Server, segmentPath } from './servers/server.ts'

const timeoutMs = 30_000

/**
 * Waits until the wire logs list all uploads to the streams: `ok` segments with a 2xx response and an init segment of
 * each stream. Returns a sentence about uploads that are not listed, and one about those without a verdict.
 */
export async function missingUploads(
  bench: Bench,
  api: Api,
  streams: readonly string[],
  ok: number,
): Promise<string[]> {
  const seen = { listed: 0, judged: 0 }
  const cursors = new Map<string, number>()
  await until('all uploads in the wire log', isComplete, timeoutMs).catch(() => bench.signal.throwIfAborted())
  const expected = ok + streams.length
  return [
    ...(seen.listed < expected ? [`${expected} were answered 2xx, ${seen.listed} are listed`] : []),
    ...(seen.judged < seen.listed ? [`${seen.listed} are listed, ${seen.judged} are judged`] : []),
  ]

  async function isComplete(): Promise<boolean> {
    for (const stream of streams) await readOn(stream)
    return seen.listed >= expected
  }

  async function readOn(stream: string): Promise<void> {
    for (let more = true; more; ) {
      bench.signal.throwIfAborted()
      const cursor = cursors.get(stream) ?? 0
      const { json } = await api.call('GET', `/streams/${stream}/uploads?limit=1000&cursor=${cursor}`)
      seen.listed += json.uploads.length
      seen.judged += json.uploads.filter(({ findings }: { findings: unknown }) => findings !== null).length
      cursors.set(stream, cursor + json.uploads.length)
      more = json.next_cursor !== null
    }
  }
}

/** A sentence about missing probes of segments 0 to `count` - 1 after a time. */
export async function missingProbes(
  bench: Bench,
  server: Server,
  count: number,
  timeoutMs: number,
): Promise<string[]> {
  const { api, stream, standalone } = server
  const last = `/probe/${stream}/${segmentPath(count - 1)}`
  const isProbed = async () => (await api.call('GET', last)).status === 200
  try {
    await until('the probe of the last segment', isProbed, timeoutMs)
  } catch {
    bench.signal.throwIfAborted()
    return [`probes were still waiting after ${timeoutMs / 1_000} s`]
  }
  const { statuses } = await bench.generate({
    url: `${standalone.url}/probe/${stream}/${segmentPath('{n}')}`,
    identity: bench.identity,
    body: null,
    connections: 8,
    until: { count },
  })
  return statuses['200'] === count ? [] : [`of ${count} probes were answered ${JSON.stringify(statuses)}`]
}
