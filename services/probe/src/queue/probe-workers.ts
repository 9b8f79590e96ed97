import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ProbeJob,
  type ProbeJobData,
  probeJobOptions,
  probeQueue,
  urgentProbeQueue,
} from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import { type ParsedJobs, parseJobs } from '../domain/parse-job.ts'
import { UploadsUnavailable } from '../use-cases/ports.ts'
import type { Priority } from '../use-cases/priority-semaphore.ts'
import type { ProbeUploads } from '../use-cases/probe-uploads.ts'

interface WorkerListener {
  /** A job failed after `attempts`, or one of its uploads is malformed, with 0 attempts. */
  onFailed(id: string | undefined, attempts: number, error: Error): void
  /** Redis or BullMQ failed. */
  onError(error: Error): void
}

/** The workers of both queues, as one. */
interface ProbeWorkers {
  waitUntilReady(): Promise<unknown>
  isRunning(): boolean
  /** Takes no more jobs. Resolves when the jobs in flight have ended and BullMQ has closed, at most `closeMs` later. */
  close(): Promise<void>
}

const queues: readonly [Priority, { readonly name: string }][] = [
  ['urgent', urgentProbeQueue],
  ['normal', probeQueue],
]

/**
 * Options of BullMQ, in milliseconds. The job of a killed worker becomes free when its lock expires, and another worker
 * finds it at most two stalled checks later.
 */
const stallOptions = { lockDuration: 6_000, stalledInterval: 3_000, runRetryDelay: 1_000 }

const unavailableDelayMs = 2_000

/** BullMQ never closes while its connection is reconnecting; the caller disconnects it. */
const closeMs = 2_000

/**
 * Takes probe jobs from both queues. BullMQ never fails a job as stalled: after too many deaths of workers
 * `probeUpload` saves a failed outcome itself.
 */
export function startProbeWorkers(
  connection: ConnectionOptions,
  concurrency: number,
  probeUploads: ProbeUploads,
  listener: WorkerListener,
): ProbeWorkers {
  const { prefix } = probeQueue
  const pairs = queues.map(([priority, { name }]) => startWorker(priority, name))
  const workers = pairs.map(({ worker }) => worker)
  const inFlight = new Set<Promise<void>>()
  return {
    waitUntilReady: () => Promise.all(workers.map((worker) => worker.waitUntilReady())),
    isRunning: () => workers.every((worker) => worker.isRunning()),
    async close() {
      const closed = closeAll()
      await Promise.race([closed, allEnded().then(() => sleep(closeMs, undefined, { ref: false }))])
    },
  }

  async function closeAll(): Promise<void> {
    await Promise.all(workers.map((worker) => worker.close()))
    await Promise.all(pairs.map(({ queue }) => queue.close()))
  }

  async function allEnded(): Promise<void> {
    while (inFlight.size > 0) await Promise.allSettled(inFlight)
  }

  function startWorker(priority: Priority, name: string) {
    const queue = new Queue<ProbeJobData>(name, { connection, prefix, defaultJobOptions: probeJobOptions })
    const processJob = (job: Job<unknown>, token?: string) => {
      const probed = probeJob(job, priority, queue).catch((error) => delayWhileUnavailable(error, job, token))
      inFlight.add(probed)
      return probed.finally(() => inFlight.delete(probed))
    }
    const options = { connection, concurrency, prefix, maxStalledCount: 1_000, ...stallOptions }
    const worker = new Worker<unknown>(name, processJob, options)
    queue.on('error', listener.onError)
    worker.on('error', listener.onError)
    worker.on('failed', (job, error) => listener.onFailed(job?.id, job?.attemptsMade ?? 0, error))
    return { worker, queue }
  }

  async function probeJob(job: Job<unknown>, priority: Priority, queue: Queue<ProbeJobData>): Promise<void> {
    const { jobs, errors } = parsedJobsOf(job)
    for (const error of errors) listener.onFailed(job.id, 0, new Error(error))
    const attempt = { last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1), deaths: job.stalledCounter }
    await addEach(queue, await probeUploads(jobs, attempt, priority))
  }
}

/** Delays a job whose uploads are unavailable to this worker: it uses up no attempt, and another worker may take it. */
async function delayWhileUnavailable(
  error: unknown,
  job: Job<unknown>,
  token: string | undefined,
): Promise<never> {
  if (!(error instanceof UploadsUnavailable)) throw error
  await job.moveToDelayed(Date.now() + unavailableDelayMs, token)
  throw new DelayedError()
}

/** Adds a job for each upload. The job's id is that of the upload. */
async function addEach(queue: Queue<ProbeJobData>, jobs: readonly ProbeJob[]): Promise<void> {
  if (jobs.length === 0) return
  const { name } = probeQueue
  await queue.addBulk(jobs.map((data) => ({ name, data, opts: { jobId: data.upload } })))
}

/** Parses a job. Throws an UnrecoverableError, after which BullMQ does not retry the job. */
function parsedJobsOf(job: Job<unknown>): ParsedJobs {
  try {
    return parseJobs(job.data)
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error))
  }
}
