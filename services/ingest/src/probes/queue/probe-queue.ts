import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import { decodeOutcome, decodeState } from '@pushav/shared/outcome-codec.ts'
import { type ProbeJobData, probeJobOptions, probeQueue, urgentProbeQueue } from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, Queue, QueueEvents } from 'bullmq'
import { orUnavailableWith } from '../../lib/unavailable.ts'
import type { ProbeStatus, Probes } from '../ports.ts'
import { failedJobsOf } from './failed-jobs.ts'
import { backlogOf } from './probe-backlog.ts'
import { batchesOf, isUrgent, singleOf } from './probe-batches.ts'

/** The longest wait for a command: BullMQ itself waits without end for its first connection. */
const commandTimeoutMs = 5_000
const closeTimeoutMs = 1_000
const orQueueUnavailable = orUnavailableWith('the probe queue (Redis)')

const orUnavailable = <Result>(pending: Promise<Result>): Promise<Result> =>
  orQueueUnavailable(withTimeout(commandTimeoutMs, pending))

/** The outcomes that probe workers store, encoded. */
export interface Outcomes {
  get(stream: string, upload: string): Promise<Buffer | null>
  /** In the order of the uploads; null where there is none. */
  some(stream: string, uploads: readonly string[]): Promise<readonly (Buffer | null)[]>
  del(stream: string, upload: string): Promise<unknown>
}

/** The queue, and how long it is. */
interface ProbeQueue extends Probes, ProbeStatus, AsyncDisposable {}

/**
 * Jobs to the probe workers on BullMQ, one queue for urgent jobs and one for the others. `blocking` is a connection for
 * this alone.
 */
export function createProbeQueue(
  connection: ConnectionOptions,
  blocking: ConnectionOptions,
  outcomes: Outcomes,
  onError: (error: Error) => void,
): ProbeQueue {
  const options = { connection, prefix: probeQueue.prefix, defaultJobOptions: probeJobOptions }
  const queue = new Queue<ProbeJobData>(probeQueue.name, options)
  const urgent = new Queue<ProbeJobData>(urgentProbeQueue.name, options)
  const { name, prefix } = urgentProbeQueue
  const events = new QueueEvents(name, { connection: blocking, prefix })
  const waiters = createWaiters()
  queue.on('error', onError)
  urgent.on('error', onError)
  events.on('error', onError)
  events.on('completed', ({ jobId }) => waiters.wake(jobId))
  events.on('failed', ({ jobId }) => waiters.wake(jobId))
  return {
    async enqueue(jobs) {
      const urgentJobs = jobs.filter(isUrgent)
      const others = jobs.filter((job) => !isUrgent(job))
      if (urgentJobs.length > 0) await orUnavailable(urgent.addBulk(batchesOf(urgentJobs)))
      if (others.length > 0) await orUnavailable(queue.addBulk(batchesOf(others)))
    },
    async enqueueUrgent(job) {
      const { name, data, opts } = singleOf(job)
      await orUnavailable(urgent.add(name, data, opts))
    },
    async outcome(stream, upload) {
      const bytes = await orUnavailable(outcomes.get(stream, upload))
      return bytes && decodeOutcome(bytes)
    },
    async outcomeStates(stream, uploads) {
      const found = await orUnavailable(outcomes.some(stream, uploads))
      return found.map((bytes) => bytes && decodeState(bytes))
    },
    async forget(stream, upload) {
      await orUnavailable(outcomes.del(stream, upload))
      await orUnavailable(Promise.all([queue.remove(upload), urgent.remove(upload)]))
    },
    async jobState(upload) {
      const job = await orUnavailable(urgent.getJob(upload))
      const state = await orUnavailable(job?.getState() ?? Promise.resolve('unknown'))
      if (state === 'failed') await orUnavailable(job?.retry() ?? Promise.resolve())
      return state === 'active' ? 'running' : 'queued'
    },
    backlog: () => orUnavailable(backlogOf([queue, urgent], Date.now())),
    failed: () => orUnavailable(failedJobsOf([queue, urgent])),
    waitForEnd: waiters.wait,
    async [Symbol.asyncDispose]() {
      waiters.wakeAll()
      // `QueueEvents.close` waits for an `end` event that ioredis never emits for a connection between two attempts to
      // reconnect. The owner of the connections disconnects them afterwards in any case.
      const closed = Promise.allSettled([events.close(), queue.close(), urgent.close()])
      await withTimeout(closeTimeoutMs, closed).catch(() => undefined)
    },
  }
}

/** Callers that wait for the end of a job, by its id. */
function createWaiters() {
  const waiting = new Map<string, Set<() => void>>()
  return { wait, wake, wakeAll }

  function wait(job: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, timeoutMs)
      const ofJob = waiting.get(job) ?? new Set()
      waiting.set(job, ofJob.add(end))
      function end(): void {
        clearTimeout(timer)
        ofJob.delete(end)
        if (ofJob.size === 0) waiting.delete(job)
        resolve()
      }
    })
  }

  function wake(job: string): void {
    for (const end of [...(waiting.get(job) ?? [])]) end()
  }

  function wakeAll(): void {
    for (const job of [...waiting.keys()]) wake(job)
  }
}
