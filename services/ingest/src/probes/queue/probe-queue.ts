import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import { decodeOutcome, decodeState } from '@pushav/shared/outcome-codec.ts'
import {
  type ProbeJob,
  type ProbeJobData,
  probeJobOptions,
  probeQueue,
  urgentProbeQueue,
} from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, Queue, QueueEvents } from 'bullmq'
import { Unavailable } from '../../lib/unavailable.ts'
import type { Probes } from '../ports.ts'
import { type Backlog, backlogOf } from './probe-backlog.ts'
import { batchesOf, isUrgent, singleOf } from './probe-batches.ts'

const enqueueTimeoutMs = 5_000
const closeTimeoutMs = 1_000

/** The outcomes that probe workers leave, as they are kept. */
export interface Outcomes {
  get(stream: string, upload: string): Promise<Buffer | null>
  /** In the order of the uploads; null where there is none. */
  some(stream: string, uploads: readonly string[]): Promise<readonly (Buffer | null)[]>
  del(stream: string, upload: string): Promise<unknown>
}

/** What ingest itself has to do with the queue, and how long it is. */
export interface ProbeQueue extends Probes, AsyncDisposable {
  backlog(): Promise<Backlog>
}

/** Jobs to the probe workers on BullMQ, one queue for what is urgent and one for the rest. */
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
  const waiting = new Map<string, Set<() => void>>()
  queue.on('error', onError)
  urgent.on('error', onError)
  events.on('error', onError)
  events.on('completed', ({ jobId }) => wake(jobId))
  events.on('failed', ({ jobId }) => wake(jobId))
  return {
    async enqueue(jobs) {
      const first = jobs.filter(isUrgent)
      const others = jobs.filter((job) => !isUrgent(job))
      if (first.length > 0) await add(urgent, first)
      if (others.length > 0) await add(queue, others)
    },
    async ask(job) {
      const { name, data, opts } = singleOf(job)
      await answered(urgent.add(name, data, opts))
    },
    async outcome(stream, upload) {
      const kept = await answered(outcomes.get(stream, upload))
      return kept && decodeOutcome(kept)
    },
    async states(stream, uploads) {
      const kept = await answered(outcomes.some(stream, uploads))
      return kept.map((one) => one && decodeState(one))
    },
    async forget(stream, upload) {
      await answered(outcomes.del(stream, upload))
      await answered(Promise.all([queue.remove(upload), urgent.remove(upload)]))
    },
    async state(upload) {
      const job = await answered(urgent.getJob(upload))
      const state = await answered(job?.getState() ?? Promise.resolve('unknown'))
      if (state === 'failed') await answered(job?.retry() ?? Promise.resolve())
      return state === 'active' ? 'running' : 'queued'
    },
    backlog: () => answered(backlogOf([queue, urgent], Date.now())),
    ended(upload, withinMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(done, withinMs)
        const others = waiting.get(upload) ?? new Set()
        waiting.set(upload, others.add(done))
        function done(): void {
          clearTimeout(timer)
          others.delete(done)
          if (others.size === 0) waiting.delete(upload)
          resolve()
        }
      })
    },
    async [Symbol.asyncDispose]() {
      for (const upload of [...waiting.keys()]) wake(upload)
      // `QueueEvents.close` waits for an `end` event that ioredis never emits for a connection between two attempts to
      // reconnect. The owner of the connections disconnects them afterwards in any case.
      const closed = Promise.allSettled([events.close(), queue.close(), urgent.close()])
      await withTimeout(closeTimeoutMs, closed).catch(() => undefined)
    },
  }

  /** BullMQ waits without end for its first connection. */
  async function add(to: typeof queue, jobs: readonly ProbeJob[]): Promise<void> {
    await answered(withTimeout(enqueueTimeoutMs, to.addBulk(batchesOf(jobs))))
  }

  function wake(upload: string): void {
    for (const done of [...(waiting.get(upload) ?? [])]) done()
  }
}

async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw new Unavailable('the probe queue (Redis)', error)
  }
}
