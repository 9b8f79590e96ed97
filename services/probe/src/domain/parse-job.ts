import type { ProbeJob } from '@pushav/shared/probe-job.ts'

/** A job as it came from the queue; its names become file names, so they must be names and nothing else. */
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
