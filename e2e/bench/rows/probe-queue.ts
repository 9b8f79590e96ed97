import { availableParallelism } from 'node:os'
import { confinedFfprobe, timeFfprobe } from '../bare-ffprobe.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { faultsOf } from '../generator.ts'
import { type Ours, startOurs } from '../ours.ts'
import { pauseProbes } from '../paused.ts'
import { probeFaults, recordFaults } from '../record-faults.ts'

const count = 120
const withinMs = 60_000

/** Probes a second while the queue is full, beside the same ffprobe run by itself on as many cores. */
export const probeQueueRow = (bench: Bench): Row => ({
  name: 'probe-queue',
  contenders: ['ours'],
  isOnce: false,
  targets: [
    own('probes/s / bare runs in the same confinement', 'ratio', 'at least', 0.9),
    own("probes/s on two cores (the target is for the containers' ffprobe)", 'rate', 'at least', 150),
  ],
  async measure() {
    const bare = await bareRate(bench)
    await using ours = await startOurs(bench)
    const full = await fill(bench, ours)
    const begun = performance.now()
    full.resume()
    const faults = [...full.faults, ...(await probeFaults(bench, ours, count, withinMs))]
    const rate = (count / (performance.now() - begun)) * 1_000
    return { figures: { rate, bare, ratio: rate / bare }, faults }
  },
})

async function fill(bench: Bench, ours: Ours) {
  const paused = await pauseProbes(ours.server)
  const { identity, media } = bench
  const load = { url: ours.url, identity, body: media.segments['64k'], connections: 4 }
  const account = await bench.generate({ ...load, until: { count } })
  const faults = [...faultsOf(account), ...(await recordFaults(bench, ours, account.ok))]
  return { faults, resume: () => paused[Symbol.dispose]() }
}

async function bareRate({ media, signal }: Bench): Promise<number> {
  const ffprobe = await confinedFfprobe()
  let left = count
  const begun = performance.now()
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, oneAfterTheOther))
  return (count / (performance.now() - begun)) * 1_000

  async function oneAfterTheOther(): Promise<void> {
    while (left-- > 0) {
      signal.throwIfAborted()
      await timeFfprobe(ffprobe, media, media.segments['64k'])
    }
  }
}
