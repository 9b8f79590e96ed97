import type { Logger } from '@pushav/shared/logger.ts'
import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import { sleep } from '../lib/sleep.ts'
import type { Probes } from '../probes/ports.ts'
import type { Index } from './ports.ts'

const maxAtOnce = 1_024
const restMs = 20
const retryMs = 500

/**
 * Moves probe jobs, which come into the index together with the verdicts that ask for them, to the probe queue: at
 * once when there was nothing to move, else many together. A crash on the way moves a job twice, never not at all.
 */
export interface ProbeEnqueuer extends AsyncDisposable {
  forward(jobs: readonly ProbeJob[]): void
}

export function createProbeEnqueuer(
  index: Pick<Index, 'forgetJobs'>,
  probes: Pick<Probes, 'enqueue'>,
  log: Logger,
): ProbeEnqueuer {
  const closing = new AbortController()
  let waiting: ProbeJob[] = []
  let forwarding: Promise<void> | null = null

  return {
    forward(jobs) {
      for (const job of jobs) waiting.push(job)
      if (waiting.length > 0) forwarding ??= forwardAll()
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await forwarding
    },
  }

  async function forwardAll(): Promise<void> {
    // Who closes, as a reindex does, still moves what waits, unless that does not work.
    for (let isBehind = false; waiting.length > 0 && !(closing.signal.aborted && isBehind); ) {
      const jobs = waiting.slice(0, maxAtOnce)
      try {
        await move(jobs)
        waiting = waiting.slice(jobs.length)
        isBehind = false
      } catch (error) {
        if (!isBehind) log.warn({ error }, 'probe jobs are behind')
        isBehind = true
      }
      await sleep(isBehind ? retryMs : restMs, closing.signal)
    }
    forwarding = null
  }

  async function move(jobs: readonly ProbeJob[]): Promise<void> {
    await probes.enqueue(jobs)
    const moved = Map.groupBy(jobs, ({ stream }) => stream)
    // What cannot be forgotten now is moved once more by whoever starts next.
    await Promise.allSettled([...moved].map(([stream, ofStream]) => index.forgetJobs(stream, ofStream)))
  }
}
