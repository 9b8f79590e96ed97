import { type ProbeJob, type ProbeOutcome, probeQueue } from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq'
import { parseJob } from '../domain/parse-job.ts'
import type { ProbeUpload } from '../use-cases/probe-upload.ts'

/** What the worker tells while it works. */
export interface WorkerEvents {
  probed(job: ProbeJob, outcome: ProbeOutcome, tookMs: number): void
  failed(id: string | undefined, attempts: number, error: Error): void
  faulted(error: Error): void
}

/** What a job leaves behind for listeners to the queue's events. */
export interface Probed {
  readonly stream: string
  readonly upload: string
  readonly state: ProbeOutcome['state']
}

// A killed worker's job is free once its lock has run out, and found two rounds of looking later at most.
const times = { lockDuration: 6_000, stalledInterval: 3_000, runRetryDelay: 1_000 }

/** Takes probe jobs. BullMQ never gives one up as stalled; the story does, and saves an outcome then. */
export function startProbeWorker(
  connection: ConnectionOptions,
  concurrency: number,
  probeUpload: ProbeUpload,
  events: WorkerEvents,
): Worker<unknown, Probed> {
  const options = { connection, concurrency, prefix: probeQueue.prefix, maxStalledCount: 1_000, ...times }
  const worker = new Worker<unknown, Probed>(probeQueue.name, work, options)
  worker.on('error', events.faulted)
  worker.on('failed', (job, error) => events.failed(job?.id, job?.attemptsMade ?? 0, error))
  return worker

  async function work(job: Job<unknown, Probed>): Promise<Probed> {
    const { stream, upload, ...rest } = jobOf(job)
    const started = performance.now()
    const attempt = { last: job.attemptsMade + 1 >= (job.opts.attempts ?? 1), deaths: job.stalledCounter }
    const outcome = await probeUpload({ stream, upload, ...rest }, attempt)
    events.probed({ stream, upload, ...rest }, outcome, Math.round(performance.now() - started))
    return { stream, upload, state: outcome.state }
  }
}

function jobOf(job: Job<unknown>): ProbeJob {
  try {
    return parseJob(job.data)
  } catch (error) {
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error))
  }
}
