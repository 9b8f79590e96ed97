import { createHash } from 'node:crypto'
import { type ProbeJob, type ProbeJobData, probeQueue } from '@pushav/shared/probe-job.ts'

interface Addition {
  readonly name: string
  readonly data: ProbeJobData
  readonly opts: { readonly jobId: string }
}

const maxUploads = 16

/** One job for one upload; for many, one for each sixteen: fewer round trips, and all workers still have jobs. */
export function batchesOf(jobs: readonly ProbeJob[]): Addition[] {
  const batches: Addition[] = []
  for (let start = 0; start < jobs.length; start += maxUploads)
    batches.push(...batchOf(jobs.slice(start, start + maxUploads)))
  return batches
}

function batchOf(uploads: readonly ProbeJob[]): Addition[] {
  const [first, ...others] = uploads
  if (!first) return []
  if (others.length === 0) return [singleOf(first)]
  return [{ name: probeQueue.name, data: { uploads }, opts: { jobId: idOf(uploads) } }]
}

/** Made of all uploads: a batch that is formed again after a crash may begin like one that still waits. */
const idOf = (uploads: readonly ProbeJob[]): string =>
  createHash('sha256')
    .update(uploads.map(({ upload }) => upload).join())
    .digest('base64url')

/** A job for one upload. Its id is the upload's, so that the queue holds it only once. */
export const singleOf = (job: ProbeJob): Addition => ({
  name: probeQueue.name,
  data: job,
  opts: { jobId: job.upload },
})

/**
 * True for init segments and manifests, which need no init segment. MPEG-TS segments need none either, but are many.
 */
export const isUrgent = ({ init, path }: ProbeJob): boolean => init === null && !/\.ts$/i.test(path)
