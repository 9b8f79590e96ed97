import { faultsOf, type Load } from '../../load/putload.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { probeFaults, recordFaults } from '../missing-results.ts'
import { type Ours, startOurs } from '../servers/server.ts'

const each = 60
const withinMs = 90_000

const ways: readonly Pick<Load, 'isHttp2' | 'connections' | 'streams' | 'fresh'>[] = [
  { connections: 16 },
  { isHttp2: true, connections: 2, streams: 8 },
  { fresh: 'full', connections: 8 },
  { fresh: 'resumed', isHttp2: true, connections: 8 },
]

/** Uploads in every way at full speed: all that was answered 2xx is listed, judged and probed in the end. */
export const inTheEndRow = (bench: Bench): Row => ({
  name: 'in-the-end',
  contenders: ['ours'],
  isOnce: true,
  targets: [own('uploads lost, unlisted, unjudged or unprobed in the end', 'faults', 'at most', 0)],
  async measure() {
    await using ours = await startOurs(bench)
    const faults = await pushAll(bench, ours)
    const count = each * ways.length
    const record = await recordFaults(bench, ours, count)
    const all = [...faults, ...record, ...(await probeFaults(bench, ours, count, withinMs))]
    return { figures: { issued: count, faults: all.length }, faults: all }
  },
})

async function pushAll(bench: Bench, { url }: Ours): Promise<string[]> {
  const { identity, media, generate } = bench
  const body = media.segments['8k']
  const faults: string[] = []
  for (const [at, way] of ways.entries()) {
    const load = { ...way, url, identity, body, first: at * each, until: { count: each } }
    faults.push(...faultsOf(await generate(load)))
  }
  return faults
}
