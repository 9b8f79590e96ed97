import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { Priority, PrioritySemaphore } from './priority-semaphore.ts'
import type { Attempt, ProbeUpload } from './probe-upload.ts'

/** Probes the uploads of one job. Returns the uploads that need jobs of their own. */
export type ProbeUploads = (
  jobs: readonly ProbeJob[],
  attempt: Attempt,
  priority: Priority,
) => Promise<readonly ProbeJob[]>

/**
 * Throws when the only upload of a job cannot be probed now; of several uploads, returns those that cannot be. When a
 * worker has died during a job with several uploads, returns all of them without a probe, so that only the upload that
 * kills workers reaches the limit of deaths.
 */
export function probeUploadsWith(probeUpload: ProbeUpload, semaphore: PrioritySemaphore): ProbeUploads {
  return async function probeUploads(jobs, attempt, priority) {
    const [first, ...others] = jobs
    if (first && others.length === 0) {
      await semaphore.run(priority, () => probeUpload(first, attempt))
      return []
    }
    if (attempt.deaths > 0) return jobs
    const results = await Promise.allSettled(
      jobs.map((job) => semaphore.run(priority, () => probeUpload(job, { last: false, deaths: 0 }))),
    )
    return jobs.filter((_job, n) => results[n]?.status === 'rejected')
  }
}
