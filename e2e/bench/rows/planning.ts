import { faultsOf, type Load } from '../../load/putload.ts'
import type { Bench, Measurement, Row } from '../bench.ts'
import { confinedFfprobe, timeFfprobe } from '../ffprobe-alone.ts'
import { makeWorkingDirectory, type RunningServer } from '../growth/working-directory.ts'
import type { Size } from '../media.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { footprint, perUpload } from '../resources/footprint.ts'
import { openStream, type Server } from '../servers/server.ts'
import { median } from '../statistics.ts'
import { cameraFigures } from './camera-capacity.ts'

interface Case {
  readonly name: string
  readonly size: Size
  readonly count: number
  readonly fresh?: Load['fresh']
}

const cases: readonly Case[] = [
  { name: '8 KiB', size: '8k', count: 1_000 },
  { name: '1 MiB', size: '1m', count: 500 },
  { name: '8 KiB, new connection', size: '8k', count: 300, fresh: 'full' },
  { name: '8 KiB, resumed', size: '8k', count: 300, fresh: 'resumed' },
]

const perSecond = 100
const connections = 8
/** Uploads after which a new process has compiled its code. */
const warmUp = 300
const probesWithinMs = 180_000
const runs = 15

/** What one upload costs at a moderate, steady rate: processor time of each process, memory of Redis, disk. */
export const planningRow = (bench: Bench): Row => ({
  name: 'planning',
  servers: ['server'],
  isOnce: true,
  targets: [],
  async measure() {
    const figures: Record<string, number> = {}
    const faults: string[] = []
    for (const one of cases) {
      bench.signal.throwIfAborted()
      const measurement = await measureCase(bench, one)
      for (const [name, figure] of Object.entries(measurement.figures))
        figures[`${name}@${one.name}`] = figure
      faults.push(...measurement.faults)
    }
    return { figures: { ...figures, ...cameraFigures(figures) }, faults }
  },
})

/** Measures from the first upload until the last probe has ended. */
async function measureCase(bench: Bench, one: Case): Promise<Measurement> {
  await using directory = await makeWorkingDirectory(bench)
  await using opened = await directory.open()
  const warmed = await push(bench, opened, { ...one, count: warmUp })
  const before = await footprint(opened.standalone, directory.path)
  const pushed = await push(bench, opened, one)
  const after = await footprint(opened.standalone, directory.path)
  const { p50, p99 } = pushed
  const alone = await ffprobeAlone(bench, one.size)
  return {
    figures: { ...perUpload(before, after, one.count + 1), ...alone, 'PUT p50 ms': p50, 'PUT p99 ms': p99 },
    faults: [...warmed.faults, ...pushed.faults],
  }
}

/** Pushes to a new stream and waits until all uploads are judged and probed. */
async function push(bench: Bench, opened: RunningServer, { size, count, fresh }: Case) {
  const { identity, media } = bench
  const publishing = await openStream(bench, opened)
  const load = { url: publishing.url, identity, body: media.segments[size], connections, rate: perSecond }
  const account = await bench.generate({ ...load, until: { count }, ...(fresh ? { fresh } : {}) })
  const server: Server = { ...publishing, ...opened }
  const unlisted = await missingUploads(bench, server.api, [server.stream], account.ok)
  const unprobed = await missingProbes(bench, server, count, probesWithinMs)
  return { ...account, faults: [...faultsOf(account), ...unlisted, ...unprobed] }
}

/** Measures ffprobe alone by the clock, because the sandbox hides the processor time of its processes. */
async function ffprobeAlone(bench: Bench, size: Size): Promise<Record<string, number>> {
  const ffprobe = await confinedFfprobe()
  const times: number[] = []
  for (let run = 0; run < runs; run++)
    times.push(await timeFfprobe(ffprobe, bench.media, bench.media.segments[size]))
  return { 'ffprobe µs': (median(times) ?? 0) * 1_000 }
}
