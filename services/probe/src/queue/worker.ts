import {
  type ProbeJob,
  type ProbeJobData,
  probeJobOptions,
  probeQueue,
  urgentProbeQueue,
} from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import { type Parsed, parseJobs } from '../domain/parse-job.ts'
import { OutOfReach } from '../use-cases/ports.ts'
import type { ProbeUploads } from '../use-cases/probe-uploads.ts'
import type { Lane } from '../use-cases/turns.ts'

/** What the workers tell while they work. */
export interface WorkerEvents {
  failed(id: string | undefined, attempts: number, error: Error): void
  faulted(error: Error): void
}

/** The workers of both queues, as one. */
export interface Workers {
  waitUntilReady(): Promise<unknown>
  isRunning(): boolean
  close(): Promise<void>
}

const lanes: readonly [Lane, { readonly name: string }][] = [
  ['urgent', urgentProbeQueue],
  ['other', probeQueue],
]

// A killed worker's job is free once its lock has run out, and found two rounds of looking later at most.
const times = { lockDuration: 6_000, stalledInterval: 3_000, runRetryDelay: 1_000 }

const putOffMs = 2_000

/** Takes probe jobs. BullMQ never gives one up as stalled; the story does, and saves an outcome then. */
export function startProbeWorkers(
  connection: ConnectionOptions,
  concurrency: number,
  probeUploads: ProbeUploads,
  events: WorkerEvents,
): Workers {
  const { prefix } = probeQueue
  const parts = lanes.flatMap(([lane, { name }]) => workerOf(lane, name))
  const workers = parts.map(({ worker }) => worker)
  return {
    waitUntilReady: () => Promise.all(workers.map((worker) => worker.waitUntilReady())),
    isRunning: () => workers.every((worker) => worker.isRunning()),
    async close() {
      await Promise.all(workers.map((worker) => worker.close()))
      await Promise.all(parts.map(({ queue }) => queue.close()))
    },
  }

  function workerOf(lane: Lane, name: string) {
    const queue = new Queue<ProbeJobData>(name, { connection, prefix, defaultJobOptions: probeJobOptions })
    const work = (job: Job<unknown>, token?: string) =>
      workOn(job, lane, queue).catch((error) => putOff(error, job, token))
    const options = { connection, concurrency, prefix, maxStalledCount: 1_000, ...times }
    const worker = new Worker<unknown>(name, work, options)
    queue.on('error', events.faulted)
    worker.on('error', events.faulted)
    worker.on('failed', (job, error) => events.failed(job?.id, job?.attemptsMade ?? 0, error))
    return { worker, queue }
  }

  async function workOn(job: Job<unknown>, lane: Lane, queue: Queue<ProbeJobData>): Promise<void> {
    const { jobs, faults } = uploadsOf(job)
    for (const fault of faults) events.failed(job.id, 0, new Error(fault))
    const attempt = { last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1), deaths: job.stalledCounter }
    await addEach(queue, await probeUploads(jobs, attempt, lane))
  }
}

/** What is out of reach here is nobody's failure: no attempt is used up, and another worker may take the job. */
async function putOff(error: unknown, job: Job<unknown>, token: string | undefined): Promise<never> {
  if (!(error instanceof OutOfReach)) throw error
  await job.moveToDelayed(Date.now() + putOffMs, token)
  throw new DelayedError()
}

/** A job for each, whose id is the upload's. */
async function addEach(queue: Queue<ProbeJobData>, jobs: readonly ProbeJob[]): Promise<void> {
  if (jobs.length === 0) return
  const { name } = probeQueue
  await queue.addBulk(jobs.map((data) => ({ name, data, opts: { jobId: data.upload } })))
}

function uploadsOf(job: Job<unknown>): Parsed {
  try {
    return parseJobs(job.data)
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error))
  }
}
