import { decodeOutcome } from '@pushav/shared/outcome-codec.ts'
import { type ProbeJob, probeOutcomesKey, probeQueue, urgentProbeQueue } from '@pushav/shared/probe-job.ts'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type JobsOptions, Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { startWorkerProcess, type WorkerProcess } from '../../../services/probe/src/testing/worker-process.ts'
import { startProxyAndIngest } from './proxy-and-ingest.ts'

export type RemoteProbeWorkers = Awaited<ReturnType<typeof startRemoteProbeWorkers>>

const once = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const

/** Starts a server, its Redis, and probe workers with or without access to its working directory. */
export async function startRemoteProbeWorkers() {
  await using built = new AsyncDisposableStack()
  const server = built.use(await startRedisServer())
  const redis = built.adopt(new Redis(server.path), (redis) => redis.disconnect())
  const proxyAndIngest = built.use(await startProxyAndIngest(server.path))
  const elsewhere = built.use(await temporaryDirectory())
  const [queue, urgent] = [probeQueue, urgentProbeQueue].map(({ name }) =>
    built.adopt(new Queue(name, { connection: redis, prefix: probeQueue.prefix }), (queue) => queue.close()),
  )
  if (!queue || !urgent) throw new Error('no queues')
  const settings = { REDIS_URL: server.path, TMPDIR: elsewhere.path, PROBE_CONCURRENCY: '2' }
  const remote = { UPLOADS_FROM: proxyAndIngest.url, ROOT_CERTIFICATE: proxyAndIngest.rootCertificate }
  const storedOutcomes = (jobs: readonly ProbeJob[]) =>
    Promise.all(jobs.map(({ stream, upload }) => redis.hgetBuffer(probeOutcomesKey(stream), upload)))
  const running = built.move()

  return {
    proxyAndIngest,
    queue,
    waiting,
    workHere: () => startWorkerProcess({ ...settings, WORKING_DIRECTORY: proxyAndIngest.workingDirectory }),
    workElsewhere: (more: Record<string, string> = {}) =>
      startWorkerProcess({ ...settings, ...remote, ...more }),
    /** Removes all jobs. Call this only while no worker takes jobs. */
    async empty() {
      for (const each of [queue, urgent]) await each.obliterate({ force: true })
    },
    async taken(count: number): Promise<readonly ProbeJob[]> {
      const jobs = await until('they are queued', async () => {
        const found = await waiting()
        return found.length === count && found
      })
      await this.empty()
      return jobs
    },
    async add(jobs: readonly ProbeJob[], options: JobsOptions = once) {
      await queue.addBulk(
        jobs.map((data) => ({ name: 'probe', data, opts: { ...once, ...options, jobId: data.upload } })),
      )
    },
    /** The outcomes that a worker saves for jobs. Removes them from Redis and stops the worker. */
    async outcomesBy(worker: WorkerProcess, jobs: readonly ProbeJob[]): Promise<string[]> {
      await using _ending = worker
      const outcomes = await until('all outcomes', async () => {
        const found = await storedOutcomes(jobs)
        return found.every((outcome) => outcome !== null) && found
      })
      await worker.end('SIGTERM')
      for (const { stream, upload } of jobs) await redis.hdel(probeOutcomesKey(stream), upload)
      return outcomes.map((outcome) => JSON.stringify(decodeOutcome(outcome)))
    },
    // biome-ignore lint/suspicious/noExplicitAny: outcomes are looked into freely here
    async outcome(stream: string, upload: string): Promise<any> {
      return decodeOutcome(
        await until('an outcome', () => redis.hgetBuffer(probeOutcomesKey(stream), upload)),
      )
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }

  async function waiting(): Promise<ProbeJob[]> {
    const jobs = (await Promise.all([queue, urgent].map((each) => each?.getWaiting() ?? []))).flat()
    return jobs.flatMap(({ data }) => data.uploads ?? [data])
  }
}
