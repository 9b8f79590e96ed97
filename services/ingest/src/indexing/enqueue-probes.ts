import type { Logger } from '@pushav/shared/logger.ts'
import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { sleep } from '../lib/sleep.ts'
import type { Probes } from '../probes/ports.ts'
import type { ProbeOutbox } from './ports.ts'

const maxBatch = 1_024
const batchDelayMs = 20
const retryMs = 500

/**
 * Moves probe jobs, which come into the index together with the verdicts that ask for them, to the probe queue: at
 * once when no other job waits, else in batches. A crash on the way moves a job twice, never not at all.
 */
export interface ProbeEnqueuer extends AsyncDisposable {
  enqueue(jobs: readonly ProbeJob[]): void
}

export function createProbeEnqueuer(
  outbox: Pick<ProbeOutbox, 'forgetJobs'>,
  probes: Pick<Probes, 'enqueue'>,
  log: Logger,
): ProbeEnqueuer {
  const closing = new AbortController()
  let waiting: ProbeJob[] = []
  let moving: Promise<void> | null = null

  return {
    enqueue(jobs) {
      for (const job of jobs) waiting.push(job)
      if (waiting.length > 0) moving ??= moveAll()
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await moving
    },
  }

  async function moveAll(): Promise<void> {
    // While this process closes, as a reindex does, it still moves the jobs that wait, until a batch fails.
    for (let isBehind = false; waiting.length > 0 && !(closing.signal.aborted && isBehind); ) {
      const batch = waiting.slice(0, maxBatch)
      try {
        await move(batch)
        waiting = waiting.slice(batch.length)
        isBehind = false
      } catch (error) {
        if (!isBehind) log.warn({ error }, 'probe jobs are behind')
        isBehind = true
      }
      await sleep(isBehind ? retryMs : batchDelayMs, closing.signal)
    }
    moving = null
  }

  async function move(jobs: readonly ProbeJob[]): Promise<void> {
    await probes.enqueue(jobs)
    const moved = Map.groupBy(jobs, ({ stream }) => stream)
    // A job that is not forgotten now is moved once more when an ingest process starts next.
    await Promise.allSettled([...moved].map(([stream, some]) => outbox.forgetJobs(stream, some)))
  }
}
