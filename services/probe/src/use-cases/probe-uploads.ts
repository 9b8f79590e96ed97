import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { Attempt, ProbeUpload } from './probe-upload.ts'
import type { Lane, Turns } from './turns.ts'

/** The uploads of one job; returns those that need jobs of their own. */
export type ProbeUploads = (
  jobs: readonly ProbeJob[],
  attempt: Attempt,
  lane: Lane,
) => Promise<readonly ProbeJob[]>

/**
 * Probes what came in one job, each upload in its turn. Of many, one that cannot be probed now is left over
 * rather than thrown; after a worker died over them all are, so that only the deadly one meets its end.
 */
export function probeUploadsWith(probeUpload: ProbeUpload, turns: Turns): ProbeUploads {
  return async function probeUploads(jobs, attempt, lane) {
    const [first, ...others] = jobs
    if (first && others.length === 0) {
      await turns.take(lane, () => probeUpload(first, attempt))
      return []
    }
    if (attempt.deaths > 0) return jobs
    const results = await Promise.allSettled(
      jobs.map((job) => turns.take(lane, () => probeUpload(job, { last: false, deaths: 0 }))),
    )
    return jobs.filter((_job, n) => results[n]?.status === 'rejected')
  }
}
