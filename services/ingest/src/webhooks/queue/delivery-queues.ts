import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import { probeQueue } from '@pushav/shared/probe-job.ts'
import { type ConnectionOptions, DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import { orUnavailableWith } from '../../lib/unavailable.ts'
import type { DeliverWebhook } from '../deliver-webhook.ts'
import type { Delivery, DeliveryQueues } from '../ports.ts'
import { listJobs } from './delivery-jobs.ts'

interface DeliveryQueuesDeps {
  /** For commands that fail soon while Redis is unreachable. */
  readonly connection: ConnectionOptions
  /** For commands that wait for Redis, as BullMQ's workers need. */
  readonly workerConnection: ConnectionOptions
  readonly deliver: DeliverWebhook
  /** The delay before the second attempt; it doubles before each further one. */
  readonly retryMs: number
  readonly onError: (error: Error) => void
}

interface RunningWorker {
  readonly worker: Worker<Delivery>
  /** Cuts off its attempts. */
  readonly stopping: AbortController
}

/** BullMQ itself waits without end for its first connection. */
const commandTimeoutMs = 5_000
const closeTimeoutMs = 2_000
/** Attempts in flight for one webhook, in each ingest process. */
const attemptConcurrency = 2
/** Attempts for one webhook, of all processes together: this bounds what sending costs this process, too. */
const limiter = { max: 20, duration: 1_000 }
const maxAttempts = 12
const maxWaiting = 20_000
const maxBatch = 500
const endedJobs = { count: 1_000, age: 7 * 86_400 }
const interruptedDelayMs = 1_000
/** The jobs of a process that dies are free again after the lock's duration. */
const times = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000, runRetryDelay: 1_000 }
const orUnavailable = orUnavailableWith('the queue of webhooks (Redis)')

/**
 * One BullMQ queue for each webhook, so that a target that hangs delays no other. Keys begin with
 * `{pushav}:webhook-`.
 */
export function createDeliveryQueues(deps: DeliveryQueuesDeps): DeliveryQueues & AsyncDisposable {
  const { connection, workerConnection, deliver, retryMs, onError } = deps
  const { prefix } = probeQueue
  const queues = new Map<string, Queue<Delivery>>()
  const workers = new Map<string, RunningWorker>()
  let isClosing = false
  return {
    serve(webhooks) {
      if (isClosing) return
      for (const webhook of webhooks) if (!workers.has(webhook)) workers.set(webhook, startWorker(webhook))
      for (const webhook of [...workers.keys()]) if (!webhooks.includes(webhook)) void stopServing(webhook)
    },
    async enqueue(webhook, deliveries) {
      const capacity = deliveries.length === 0 ? 0 : maxWaiting - (await waiting(webhook))
      const taken = deliveries.slice(0, Math.max(0, capacity))
      for (let from = 0; from < taken.length; from += maxBatch) {
        const jobs = taken.slice(from, from + maxBatch).map((data) => ({
          name: data.event,
          data,
          opts: { jobId: data.id },
        }))
        await command(queueOf(webhook).addBulk(jobs))
      }
      return deliveries.length - taken.length
    },
    newest: (webhook, limit) => command(listJobs(queueOf(webhook), limit)),
    waiting,
    async remove(webhook) {
      await stopServing(webhook)
      await command(queueOf(webhook).obliterate({ force: true }))
      await closeQueue(webhook)
    },
    async [Symbol.asyncDispose]() {
      isClosing = true
      await Promise.all([...workers.keys()].map(stopServing))
      await Promise.all([...queues.keys()].map(closeQueue))
    },
  }

  function waiting(webhook: string): Promise<number> {
    return command(queueOf(webhook).getJobCountByTypes('wait', 'delayed', 'active'))
  }

  function queueOf(webhook: string): Queue<Delivery> {
    const known = queues.get(webhook)
    if (known) return known
    const queue = new Queue<Delivery>(nameOf(webhook), {
      connection,
      prefix,
      defaultJobOptions: {
        attempts: maxAttempts,
        backoff: { type: 'exponential', delay: retryMs, jitter: 0.2 },
        removeOnComplete: endedJobs,
        removeOnFail: endedJobs,
        stackTraceLimit: 1,
      },
    })
    queue.on('error', onError)
    queues.set(webhook, queue)
    return queue
  }

  function startWorker(webhook: string): RunningWorker {
    const stopping = new AbortController()
    const work = (job: Job<Delivery>, token?: string) => attempt(webhook, job, token, stopping.signal)
    const options = {
      connection: workerConnection,
      prefix,
      concurrency: attemptConcurrency,
      limiter,
      ...times,
    }
    const worker = new Worker<Delivery>(nameOf(webhook), work, options).on('error', onError)
    return { worker, stopping }
  }

  async function attempt(
    webhook: string,
    job: Job<Delivery>,
    token: string | undefined,
    stopping: AbortSignal,
  ): Promise<void> {
    const { outcome, ...ended } = await deliver(webhook, job.data, stopping).catch(async (error) => {
      if (!stopping.aborted) throw error
      // An attempt that is cut off here counts as none.
      await job.moveToDelayed(Date.now() + interruptedDelayMs, token)
      throw new DelayedError()
    })
    await job.updateProgress(ended)
    if (outcome === 'delivered') return
    throw outcome === 'give-up' ? new UnrecoverableError(ended.detail) : new Error(ended.detail)
  }

  /** BullMQ never lets go of a connection that is reconnecting; its owner disconnects it. */
  async function stopServing(webhook: string): Promise<void> {
    const running = workers.get(webhook)
    workers.delete(webhook)
    running?.stopping.abort(new Error('this process sends no more to this webhook'))
    if (running) await withTimeout(closeTimeoutMs, running.worker.close()).catch(() => undefined)
  }

  async function closeQueue(webhook: string): Promise<void> {
    const queue = queues.get(webhook)
    queues.delete(webhook)
    if (queue) await withTimeout(closeTimeoutMs, queue.close()).catch(() => undefined)
  }
}

const nameOf = (webhook: string): string => `webhook-${webhook}`

const command = <Result>(pending: Promise<Result>): Promise<Result> =>
  orUnavailable(withTimeout(commandTimeoutMs, pending))
