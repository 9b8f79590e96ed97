import {
  type ProbeJob,
  type ProbeOutcome,
  probeOutcome,
  probeOutcomeKey,
  probeQueue,
  probeStateIn,
} from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, Queue, QueueEvents } from 'bullmq'
import { Unavailable } from '../domain/unavailable.ts'
import type { Probes } from '../use-cases/ports.ts'

const jobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
} as const

/** The strings that probe workers leave their outcomes in. */
export interface Outcomes {
  get(key: string): Promise<string | null>
  /** The first bytes of each; empty where there is none. */
  starts(keys: readonly string[]): Promise<readonly string[]>
  del(key: string): Promise<unknown>
}

/** Jobs to the probe workers on BullMQ. A job's id is its upload's, so that one upload waits once. */
export function createProbeQueue(
  connection: ConnectionOptions,
  blocking: ConnectionOptions,
  outcomes: Outcomes,
  onError: (error: Error) => void,
): Probes & AsyncDisposable {
  const { name, prefix } = probeQueue
  const queue = new Queue<ProbeJob>(name, { connection, prefix, defaultJobOptions: jobOptions })
  const events = new QueueEvents(name, { connection: blocking, prefix })
  const waiting = new Map<string, Set<() => void>>()
  queue.on('error', onError)
  events.on('error', onError)
  events.on('completed', ({ jobId }) => wake(jobId))
  events.on('failed', ({ jobId }) => wake(jobId))

  return {
    async enqueue(jobs) {
      if (jobs.length === 0) return
      await answered(queue.addBulk(jobs.map((data) => ({ name, data, opts: { jobId: data.upload } }))))
    },
    async outcome(stream, upload) {
      const json = await answered(outcomes.get(probeOutcomeKey(stream, upload)))
      return json === null ? null : (probeOutcome.parse(JSON.parse(json)) satisfies ProbeOutcome)
    },
    async states(stream, uploads) {
      const starts = await answered(outcomes.starts(uploads.map((upload) => probeOutcomeKey(stream, upload))))
      return starts.map(probeStateIn)
    },
    async forget(stream, upload) {
      await answered(outcomes.del(probeOutcomeKey(stream, upload)))
      await answered(queue.remove(upload))
    },
    async state(upload) {
      const job = await answered(queue.getJob(upload))
      const state = await answered(job?.getState() ?? Promise.resolve('unknown'))
      if (state === 'failed') await answered(job?.retry() ?? Promise.resolve())
      return state === 'active' ? 'running' : 'queued'
    },
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
      await Promise.allSettled([events.close(), queue.close()])
    },
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
