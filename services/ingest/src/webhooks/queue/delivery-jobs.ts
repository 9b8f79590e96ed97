import type { Job, Queue } from 'bullmq'
import { z } from 'zod'
import type { Delivery, ListedDelivery } from '../ports.ts'

const progress = z.object({ status: z.number().nullable(), detail: z.string(), durationMs: z.number() })

const states = {
  active: 'sending',
  wait: 'waiting',
  delayed: 'retrying',
  completed: 'delivered',
  failed: 'failed',
} as const
type JobState = keyof typeof states

/** The newest jobs of a queue in all states, newest first. */
export async function listJobs(queue: Queue<Delivery>, limit: number): Promise<readonly ListedDelivery[]> {
  const found = await Promise.all(
    (Object.keys(states) as JobState[]).map((state) => newestIn(queue, state, limit)),
  )
  return found
    .flat()
    .sort((one, other) => other.queuedMs - one.queuedMs)
    .slice(0, limit)
}

async function newestIn(
  queue: Queue<Delivery>,
  state: JobState,
  limit: number,
): Promise<readonly ListedDelivery[]> {
  const jobs = await queue.getJobs([state], 0, limit - 1)
  // A job may have been removed since it was listed.
  return jobs.filter((job) => job !== undefined).map((job) => listed(job, state))
}

function listed(job: Job<Delivery>, state: JobState): ListedDelivery {
  const { id, event, stream } = job.data
  const parsed = progress.safeParse(job.progress)
  return {
    id,
    event,
    stream,
    queuedMs: job.timestamp,
    attempts: job.attemptsMade,
    state: state === 'wait' && job.attemptsMade > 0 ? 'retrying' : states[state],
    attempt: parsed.success ? parsed.data : null,
    nextAttemptMs: state === 'delayed' ? (job.processedOn ?? job.timestamp) + job.delay : null,
  }
}
