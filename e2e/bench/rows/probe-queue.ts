import { availableParallelism } from 'node:os'
import { until } from '@pushav/shared/testing/until.ts'
import { faultsOf } from '../../load/putload.ts'
import { pauseProcess } from '../../server/pause-process.ts'
import { type Bench, own, type Row } from '../bench.ts'
import { confinedFfprobe, timeFfprobe } from '../ffprobe-alone.ts'
import { missingProbes, missingUploads } from '../missing-results.ts'
import { type Server, startServer } from '../servers/server.ts'

const count = 300
/** Probes before the measurement, in which a new worker compiles its code. */
const warmUp = 100
const bareCount = 80
const timeoutMs = 60_000

/** Probes a second with a full queue, beside the same ffprobe alone on as many cores, before and after. */
export const probeQueueRow = (bench: Bench): Row => ({
  name: 'probe-queue',
  servers: ['server'],
  isOnce: true,
  targets: [
    own('probes/s / bare runs in the same confinement', 'ratio', 'at least', 0.9),
    own("probes/s on two cores (the target is for the containers' ffprobe)", 'rate', 'at least', 150),
  ],
  async measure() {
    const before = await bareRate(bench)
    await using server = await startServer(bench)
    const full = await fill(bench, server)
    full.resume()
    const rate = await queueRate(bench, server)
    const faults = [...full.faults, ...(await missingProbes(bench, server, count, timeoutMs))]
    const bare = (before + (await bareRate(bench))) / 2
    return { figures: { rate, bare, ratio: rate / bare }, faults }
  },
})

/** Polls without requesting a probe, which would skip the queue, and rarely, because polls cost time, too. */
async function queueRate({ signal }: Bench, { api, stream }: Server): Promise<number> {
  await until('the worker is warm', () => areProbed(warmUp), timeoutMs)
  const before = (await probesOf(0, 1_000)).filter(isDone).length
  const begun = performance.now()
  await until('all are probed', () => areProbed(count), timeoutMs)
  return ((count + 1 - before) / (performance.now() - begun)) * 1_000

  /** Whether the probes up to an upload are done: workers take them in order, sixteen in a job. */
  async function areProbed(last: number): Promise<boolean> {
    signal.throwIfAborted()
    return (await probesOf(last - 15, 16)).every(isDone)
  }

  async function probesOf(cursor: number, limit: number): Promise<(string | null)[]> {
    const { json } = await api.call('GET', `/streams/${stream}/uploads?limit=${limit}&cursor=${cursor}`)
    return json.uploads.map(({ probe }: { probe: string | null }) => probe)
  }
}

const isDone = (probe: string | null): boolean => probe === 'done'

async function fill(bench: Bench, server: Server) {
  const paused = await pauseProcess(server.standalone, 'probe')
  const { identity, media } = bench
  const load = { url: server.url, identity, body: media.segments['64k'], connections: 4 }
  const account = await bench.generate({ ...load, until: { count } })
  const faults = [
    ...faultsOf(account),
    ...(await missingUploads(bench, server.api, [server.stream], account.ok)),
  ]
  return { faults, resume: () => paused[Symbol.dispose]() }
}

async function bareRate({ media, signal }: Bench): Promise<number> {
  const ffprobe = await confinedFfprobe()
  let left = bareCount
  const begun = performance.now()
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, oneAfterTheOther))
  return (bareCount / (performance.now() - begun)) * 1_000

  async function oneAfterTheOther(): Promise<void> {
    while (left-- > 0) {
      signal.throwIfAborted()
      await timeFfprobe(ffprobe, media, media.segments['64k'])
    }
  }
}
