import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { failedOutcome, outcomeOf } from '../domain/outcome.ts'
import {
  type Ffprobe,
  type Outcomes,
  UploadChanged,
  UploadGone,
  type Uploads,
  UploadsUnavailable,
} from './ports.ts'
import { type OpenUploads, UploadSealed } from './sealed-uploads.ts'

/** One attempt at a job. */
export interface Attempt {
  readonly last: boolean
  /** How many workers died during earlier attempts. */
  readonly deaths: number
}

export type ProbeUpload = (job: ProbeJob, attempt: Attempt) => Promise<ProbeOutcome>

const maxDeaths = 5

/**
 * One upload, from its job to its outcome. Throws every error that is not the upload's own fault, so that the job is
 * retried.
 */
export function probeUploadWith(
  uploads: Uploads,
  ffprobe: Ffprobe,
  outcomes: Outcomes,
  openUploads: OpenUploads,
): ProbeUpload {
  const inFlight = new Map<string, { readonly job: ProbeJob; readonly ended: Promise<ProbeOutcome> }>()

  // Two jobs may name one upload: its own in the urgent queue, when a client waits for it, and one of many in the
  // other; or one without an init segment, and one that names the init segment, which came later.
  return function probeUpload(job, attempt): Promise<ProbeOutcome> {
    const key = `${job.stream}/${job.upload}`
    const earlier = inFlight.get(key)
    const again = () => probeUpload(job, attempt)
    // A failure of the earlier attempt is not this one's, which may be the last and then has to save an outcome.
    if (earlier)
      return isSame(earlier.job, job) ? earlier.ended.catch(again) : earlier.ended.then(again, again)
    const ended = probeUnlessDone(job, attempt).finally(() => inFlight.delete(key))
    inFlight.set(key, { job, ended })
    return ended
  }

  async function probeUnlessDone(job: ProbeJob, attempt: Attempt): Promise<ProbeOutcome> {
    const done = await outcomes.findDone(job)
    if (done) return done
    const outcome =
      attempt.deaths < maxDeaths
        ? await probeOrSaveFailure(job, attempt)
        : failedOutcome('worker-deaths', job)
    await outcomes.save(job, outcome)
    return outcome
  }

  async function probeOrSaveFailure(job: ProbeJob, attempt: Attempt): Promise<ProbeOutcome> {
    try {
      return await probe(job)
    } catch (error) {
      // Saved before the job fails for good, so that no client waits for an outcome that never comes.
      if (attempt.last && !(error instanceof UploadsUnavailable))
        await outcomes.save(job, failedOutcome(error instanceof UploadGone ? 'gone' : 'internal-error', job))
      throw error
    }
  }

  async function probe(job: ProbeJob): Promise<ProbeOutcome> {
    try {
      return await probeOpened(job)
    } catch (error) {
      if (error instanceof UploadChanged) return failedOutcome('changed', job)
      throw error
    }
  }

  async function probeOpened(job: ProbeJob): Promise<ProbeOutcome> {
    if (job.contentKey === undefined) return probeIn(uploads, job)
    const opened = openUploads(job.contentKey)
    if (opened === null) return failedOutcome('key-unknown', job)
    try {
      return await probeIn(opened, job)
    } catch (error) {
      if (error instanceof UploadSealed) return failedOutcome('sealed', job)
      throw error
    }
  }

  async function probeIn(from: Uploads, job: ProbeJob): Promise<ProbeOutcome> {
    const kind = await from.inputKind(job.stream, job.upload)
    const needsInit = kind === 'segment'
    if (needsInit && job.init === null) return failedOutcome('init-unknown', job, kind)
    const init = needsInit && job.init !== null ? await from.init(job.stream, job.init) : null
    if (needsInit && init === null) return failedOutcome('init-unreadable', job, kind)
    using sandbox = await from.sandboxDir(job.stream, job.upload, init)
    return outcomeOf(job, kind, await ffprobe(sandbox, kind))
  }
}

const isSame = (one: ProbeJob, other: ProbeJob): boolean =>
  one.init === other.init && one.contentKey?.ephemeral === other.contentKey?.ephemeral
