import { type ProbeJobData, probeJob } from '@pushav/shared/probe-job.ts'
import type { Queue } from 'bullmq'
import type { FailedJob } from '../ports.ts'

const maxJobs = 100

/** The newest failed jobs of all queues, newest first. */
export async function failedJobsOf(queues: readonly Queue<ProbeJobData>[]): Promise<readonly FailedJob[]> {
  const found = await Promise.all(queues.map((queue) => queue.getFailed(0, maxJobs - 1)))
  return found
    .flat()
    .map(({ data, finishedOn, failedReason }) => ({
      job: jobIn(data),
      atMs: finishedOn ?? null,
      message: failedReason ?? '',
    }))
    .sort((one, other) => (other.atMs ?? 0) - (one.atMs ?? 0))
    .slice(0, maxJobs)
}

function jobIn(data: ProbeJobData) {
  const first = 'uploads' in data ? data.uploads[0] : data
  const parsed = probeJob.safeParse(first)
  return parsed.success ? parsed.data : null
}
