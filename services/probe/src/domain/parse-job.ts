import { type ProbeJob, probeJob } from '@pushav/shared/probe-job.ts'

export interface ParsedJobs {
  readonly jobs: readonly ProbeJob[]
  /** One sentence for each upload that is malformed. */
  readonly errors: readonly string[]
}

/** Parses a job of the queue, which holds one upload or several; throws when none of them is valid. */
export function parseJobs(data: unknown): ParsedJobs {
  const { uploads } = (data ?? {}) as { readonly uploads?: unknown }
  const jobs: ProbeJob[] = []
  const errors: string[] = []
  for (const upload of Array.isArray(uploads) ? uploads : [data]) {
    const { data: job, error } = probeJob.safeParse(upload)
    if (job) jobs.push(job)
    else errors.push(error?.issues[0]?.message ?? 'a probe job is malformed')
  }
  if (jobs.length === 0) throw new Error(errors[0] ?? 'a probe job needs uploads')
  return { jobs, errors }
}
