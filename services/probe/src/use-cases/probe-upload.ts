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
  /** Whether the queue does not retry the job after this attempt. */
  readonly last: boolean
  /** How many workers died during earlier attempts. */
  readonly deaths: number
}

export type ProbeUpload = (job: ProbeJob, attempt: Attempt) => Promise<ProbeOutcome>

const maxDeaths = 5

/**
 * Probes one upload, from its job to its saved outcome. Throws every error that is not the upload's own fault, so that
 * the queue retries the job.
 */
export function probeUploadWith(
  uploads: Uploads,
  ffprobe: Ffprobe,
  outcomes: Outcomes,
  openUploads: OpenUploads,
): ProbeUpload {
  const inFlight = new Map<string, { readonly job: ProbeJob; readonly ended: Promise<ProbeOutcome> }>()

  // Two jobs may name one upload: an urgent job for a client that waits, and a normal job for many uploads; or a job
  // without an init segment, and a later job that names the init segment.
  return function probeUpload(job, attempt): Promise<ProbeOutcome> {
    const key = `${job.stream}/${job.upload}`
    const earlier = inFlight.get(key)
    const again = () => probeUpload(job, attempt)
    // After a failure of the earlier attempt this one still runs: it may be the last, which has to save an outcome.
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
      // Saves an outcome before the job fails for good, so that no client waits for one that never comes.
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
