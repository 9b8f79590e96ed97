import type { ProbeJob } from '@pushav/shared/probe-job.ts'

/** What a job holds, and what is wrong with those of its uploads that cannot be probed. */
export interface Parsed {
  readonly jobs: readonly ProbeJob[]
  readonly faults: readonly string[]
}

/** A job as it came from the queue, with one upload or many; throws when not one of them can be used. */
export function parseJobs(data: unknown): Parsed {
  const { uploads } = (data ?? {}) as Record<string, unknown>
  const jobs: ProbeJob[] = []
  const faults: string[] = []
  for (const upload of Array.isArray(uploads) ? uploads : [data]) {
    try {
      jobs.push(parseJob(upload))
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (jobs.length === 0) throw new Error(faults[0] ?? 'a probe job needs uploads')
  return { jobs, faults }
}

/** Its names become file names, so they must be names and nothing else. */
export function parseJob(job: unknown): ProbeJob {
  const { stream, upload, path, init } = (job ?? {}) as Record<string, unknown>
  if (!isName(stream)) throw new Error('a probe job needs a stream')
  if (!isName(upload)) throw new Error('a probe job needs an upload')
  if (typeof path !== 'string') throw new Error('a probe job needs a path')
  if (init !== null && !isName(init)) throw new Error('a probe job needs an init, or null')
  return { stream, upload, path, init }
}

function isName(word: unknown): word is string {
  return typeof word === 'string' && /^\w[\w.-]{0,199}$/.test(word)
}
