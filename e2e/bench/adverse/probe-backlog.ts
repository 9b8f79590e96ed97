import { link, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ProbeJob, probeJobOptions, probeQueue } from '@pushav/shared/probe-job.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Queue } from 'bullmq'
import { keepAlive } from '../../clients/keep-alive.ts'
import { pauseProcess } from '../../server/pause-process.ts'
import type { ProcessName } from '../../server/processes.ts'
import { type Bench, own, type Row } from '../bench.ts'
import type { Server } from '../servers/server.ts'
import { type AdverseOptions, conditionRow } from './condition.ts'
import { responseFigures, type Setup } from './setup.ts'

const rate = 50
const slice = 2_000
const askedAtOnce = 16
/** Longer than 30 s, after which /readyz reports late probes. */
const waitedMs = 60_000

/** 8: all processes but the proxy are restarted while a hundred thousand probes wait. */
export const probeBacklogRow = (bench: Bench, { seconds, backlog }: AdverseOptions): Row =>
  conditionRow(bench, {
    name: '8-backlog',
    cameras: 16,
    targets: [own('p99 of uploads beside the backlog / without', 'slowdown', 'at most', 5)],
    async measure(setup) {
      const { server, fleet } = setup
      const push = () => fleet.push({ rate, seconds, signal: bench.signal })
      const without = responseFigures('without', await push())
      const calm = await restartAll(server, 'calm')
      const { filledMs } = await fill(bench, setup, backlog)
      const full = await restartAll(server, 'full')
      // Warms up new processes, so that compilation does not count as a cost of the backlog.
      await fleet.push({ rate, seconds: 1, signal: bench.signal })
      const beside = responseFigures('beside', await push())
      const { waiting, faults } = await readinessOf(server)
      const unprobable = await askForProbes(bench, setup)
      const slowdown = (beside['beside p99'] ?? 0) / (without['without p99'] ?? 1)
      return {
        figures: { filledMs, ...calm, ...full, ...without, ...beside, slowdown, waiting },
        faults: [...faults, ...unprobable],
      }
    },
  })

/** Fills the queue with real segments under other names, each with a job of its own. */
async function fill(bench: Bench, setup: Setup, count: number): Promise<{ filledMs: number }> {
  const begun = performance.now()
  const { workingDirectory } = setup.server.standalone
  using _paused = await pauseProcess(setup.server.standalone, 'probe')
  const sockets = await readFile(join(workingDirectory, 'standalone/sockets'), 'utf8')
  const [init, segment] = setup.fleet.sent.filter(({ track }) => track === 'camera-0')
  if (!init?.upload || !segment?.upload) throw new Error('there is no upload to probe again')
  const bodyName = segment.upload
  const connection = { path: join(sockets, 'redis.sock') }
  const queue = new Queue<ProbeJob>(probeQueue.name, { connection, prefix: probeQueue.prefix })
  try {
    for (let from = 0; from < count; from += slice) {
      bench.signal.throwIfAborted()
      const names = Array.from({ length: Math.min(slice, count - from) }, (_, n) => `backlog-${from + n}`)
      const folder = join(workingDirectory, 'uploads', segment.stream)
      await Promise.all(names.map((name) => link(join(folder, bodyName), join(folder, name))))
      await queue.addBulk(names.map((upload) => jobOf({ ...segment, upload, init: init.upload })))
    }
  } finally {
    await queue.close()
  }
  return { filledMs: performance.now() - begun }
}

const jobOf = ({ stream, upload, path, init }: ProbeJob) => ({
  name: probeQueue.name,
  data: { stream, upload, path, init },
  opts: { ...probeJobOptions, jobId: upload, timestamp: Date.now() - waitedMs },
})

/** Restarts the processes. Resolves with how long each took until it was ready, in milliseconds. */
async function restartAll(server: Server, name: string): Promise<Record<string, number>> {
  const ready: Record<string, number> = {}
  for (const part of ['redis', 'ingest', 'probe'] as const)
    ready[`${name} ${part} ready`] = await restart(server, part)
  return ready
}

/** Restarts a process. Resolves with the milliseconds until it was ready; for Redis, until it responded. */
async function restart({ standalone, api }: Server, part: ProcessName): Promise<number> {
  const from = standalone.log.length
  const begun = performance.now()
  await standalone.crash(part)
  await standalone.logged(new RegExp(`process restarted.*"process":"${part}"`), from)
  const tookMs = performance.now() - begun
  await api.call('GET', '/readyz')
  return tookMs
}

/** What /readyz reports. The probes of the cameras come before those that have waited long. */
async function readinessOf({ api }: Server) {
  const { json } = await api.call('GET', '/readyz')
  const isDegraded = async () => (await api.call('GET', '/readyz')).json.status === 'degraded'
  const faults = await until('degraded', isDegraded, 2 * waitedMs).then(
    () => [],
    () => ['/readyz never said degraded'],
  )
  return { waiting: json.probes?.jobs ?? 0, faults }
}

/** Requests probes of the cameras' segments, which makes them urgent: otherwise they would wait behind the backlog. */
async function askForProbes(
  { identity, options }: Bench,
  { server: { standalone }, fleet }: Setup,
): Promise<string[]> {
  using client = await keepAlive(standalone, identity, askedAtOnce)
  const left = [...fleet.sent]
  const faults: string[] = []
  const end = performance.now() + (options.hard?.probesWithinMs ?? 0)
  await Promise.all(Array.from({ length: askedAtOnce }, askOneAfterTheOther))
  return faults

  async function askOneAfterTheOther(): Promise<void> {
    for (let one = left.pop(); one && performance.now() < end; one = left.pop()) {
      const { status, body } = await client.send('GET', `/probe/${one.stream}/${one.path}`)
      if (status === 202) left.unshift(one)
      else if (status !== 200) faults.push(`the probe of ${one.path} was answered ${status} ${body}`)
    }
  }
}
