import { type Bench, type Measurement, own, type Row } from '../bench.ts'
import { faultsOf } from '../generator.ts'
import { median } from '../median.ts'
import { type Ours, openStream, type Publishing, startOurs } from '../ours.ts'
import { pauseProbes } from '../paused.ts'
import { recordFaults } from '../record-faults.ts'

const turns = 5
const uploadsPerTurn = 60
const page = 100

/** Whether it gets slower with what is in a stream already. Probes wait, they would tell of themselves. */
export const growthRow = (bench: Bench): Row => ({
  name: 'growth',
  contenders: ['ours'],
  isOnce: true,
  targets: [
    own('upload latency in the full stream / in a new one', 'uploadGrowth', 'at most', 1.1),
    own('a page of the wire log, the same', 'pageGrowth', 'at most', 1.1),
  ],
  async measure() {
    await using ours = await startOurs(bench, { isPinned: true })
    using _paused = await pauseProbes(ours.server)
    return await grow(bench, ours)
  },
})

async function grow(bench: Bench, ours: Ours): Promise<Measurement> {
  const pushed = pusher(bench)
  const full = pushed(ours)
  const figures: Record<string, number> = {}
  for (const size of [0, 1_000, 10_000, 100_000].filter((size) => size <= bench.options.growth)) {
    await full.push(size - full.count(), 16)
    const empty = pushed(await openStream(bench, ours))
    const [inFull, inEmpty] = await compare(ours, full, empty)
    figures[`upload@${size}`] = inFull.upload
    figures[`page@${size}`] = inFull.page
    figures.uploadGrowth = inFull.upload / inEmpty.upload
    figures.pageGrowth = inFull.page / inEmpty.page
  }
  const faults = [...full.faults, ...(await recordFaults(bench, ours, full.count()))]
  return { figures, faults }
}

/** In turns, because a machine is not equally fast all the time. */
async function compare(ours: Ours, ...pushed: [Pushed, Pushed]) {
  const times = pushed.map((into) => ({ into, upload: [] as number[], page: [] as number[] }))
  for (const { into } of times) await into.push(page - into.count(), 16)
  for (let turn = 0; turn < turns; turn++) {
    for (const { into, upload, page } of times) {
      upload.push(await into.push(uploadsPerTurn, 1))
      page.push(...(await into.pageMs(ours)))
    }
  }
  const [a, b] = times.map(({ upload, page }) => ({ upload: median(upload) ?? 0, page: median(page) ?? 0 }))
  if (!a || !b) throw new Error('two are compared')
  return [a, b] as const
}

type Pushed = ReturnType<ReturnType<typeof pusher>>

const pusher = (bench: Bench) => (to: Publishing) => {
  let count = 0
  const faults: string[] = []
  return { faults, count: () => count, push, pageMs }

  /** The median latency. */
  async function push(more: number, connections: number): Promise<number> {
    if (more <= 0) return 0
    const { identity, media } = bench
    const load = { url: to.url, identity, body: media.segments['8k'], connections, first: count }
    const account = await bench.generate({ ...load, until: { count: more } })
    faults.push(...faultsOf(account))
    count += more
    return account.p50
  }

  /** The newest lines, some times. */
  async function pageMs({ api }: Ours): Promise<number[]> {
    const from = Math.max(0, count - page)
    const times: number[] = []
    for (let at = 0; at < turns; at++) {
      const { tookMs } = await api.call('GET', `/streams/${to.stream}/uploads?limit=${page}&cursor=${from}`)
      times.push(tookMs)
    }
    return times
  }
}
