import { faultsOf, type Load } from '../../load/putload.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { type Server, startServer } from '../servers/server.ts'

const each = 60
const timeoutMs = 90_000

const ways: readonly Pick<Load, 'isHttp2' | 'connections' | 'streams' | 'fresh'>[] = [
  { connections: 16 },
  { isHttp2: true, connections: 2, streams: 8 },
  { fresh: 'full', connections: 8 },
  { fresh: 'resumed', isHttp2: true, connections: 8 },
]

/**
 * Uploads of all kinds at full speed. All uploads with a response of 2xx must be listed, judged and probed in the end.
 */
export const allStoredRow = (bench: Bench): Row => ({
  name: 'in-the-end',
  servers: ['server'],
  isOnce: true,
  targets: [own('uploads lost, unlisted, unjudged or unprobed in the end', 'faults', 'at most', 0)],
  async measure() {
    await using server = await startServer(bench)
    const faults = await pushAll(bench, server)
    const count = each * ways.length
    const record = await missingUploads(bench, server.api, [server.stream], count)
    const all = [...faults, ...record, ...(await missingProbes(bench, server, count, timeoutMs))]
    return { figures: { issued: count, faults: all.length }, faults: all }
  },
})

async function pushAll(bench: Bench, { url }: Server): Promise<string[]> {
  const { identity, media, generate } = bench
  const body = media.segments['8k']
  const faults: string[] = []
  for (const [at, way] of ways.entries()) {
    const load = { ...way, url, identity, body, first: at * each, until: { count: each } }
    faults.push(...faultsOf(await generate(load)))
  }
  return faults
}
