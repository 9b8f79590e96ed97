import { type Bench, type Measurement, own, type Row } from '../bench.ts'
import { faultsOf } from '../generator.ts'
import { median } from '../median.ts'
import { type Ours, startOurs } from '../ours.ts'
import { pauseProbes } from '../paused.ts'
import { recordFaults } from '../record-faults.ts'

const sampled = 300
const pages = 21

/** Whether it gets slower with what is in a stream already. Probes wait, they would tell of themselves. */
export const growthRow = (bench: Bench): Row => ({
  name: 'growth',
  contenders: ['ours'],
  isOnce: true,
  targets: [
    own('upload latency with all of them / with none', 'uploadGrowth', 'at most', 1.1),
    own('a page of the wire log, the same', 'pageGrowth', 'at most', 1.1),
  ],
  async measure() {
    await using ours = await startOurs(bench, { isPinned: true })
    using _paused = await pauseProbes(ours.server)
    return grow(bench, ours)
  },
})

async function grow(bench: Bench, ours: Ours): Promise<Measurement> {
  const figures: Record<string, number> = {}
  const faults: string[] = []
  const sizes = [0, ...[1_000, 10_000, 100_000].filter((size) => size <= bench.options.growth)]
  let first = 0
  for (const size of sizes) {
    if (size > first) await push(size - first, 16)
    const { p50 } = await push(sampled, 1)
    Object.assign(figures, { [`upload@${size}`]: p50, [`page@${size}`]: await pageMs(ours, first - 100) })
  }
  const last = sizes.at(-1)
  figures.uploadGrowth = (figures[`upload@${last}`] ?? 0) / (figures['upload@0'] ?? 1)
  figures.pageGrowth = (figures[`page@${last}`] ?? 0) / (figures['page@0'] ?? 1)
  return { figures, faults: [...faults, ...(await recordFaults(bench, ours, first - faults.length))] }

  async function push(count: number, connections: number) {
    const { identity, media } = bench
    const load = { url: ours.url, identity, body: media.segments['8k'], connections, first, until: { count } }
    const account = await bench.generate(load)
    faults.push(...faultsOf(account))
    first += count
    return account
  }
}

/** The last hundred lines. */
async function pageMs({ api, stream }: Ours, cursor: number): Promise<number> {
  const times: number[] = []
  for (let at = 0; at < pages; at++) {
    const { tookMs } = await api.call('GET', `/streams/${stream}/uploads?limit=100&cursor=${cursor}`)
    times.push(tookMs)
  }
  return median(times) ?? 0
}
