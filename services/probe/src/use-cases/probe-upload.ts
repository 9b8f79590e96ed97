import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { failed, outcomeOf } from '../domain/outcome.ts'
import { type Ffprobe, type Outcomes, OutOfReach, UploadGone, type Uploads } from './ports.ts'

/** Which try this is: whether it is the last, and how many workers died over the ones before. */
export interface Attempt {
  readonly last: boolean
  readonly deaths: number
}

export type ProbeUpload = (job: ProbeJob, attempt: Attempt) => Promise<ProbeOutcome>

const maxDeaths = 5

/** One upload, from its job to its outcome. Whatever is not the upload's own fault is thrown, to be tried again. */
export function probeUploadWith(uploads: Uploads, ffprobe: Ffprobe, outcomes: Outcomes): ProbeUpload {
  const underWay = new Map<string, Promise<ProbeOutcome>>()

  // Two jobs may ask for one upload: somebody waits for what stands in the queue with many others.
  return function probeUpload(job, attempt): Promise<ProbeOutcome> {
    const key = `${job.stream}/${job.upload}`
    const before = underWay.get(key)
    // Its failure is not this try's, which may be the last and has to leave an outcome then.
    if (before) return before.catch(() => probeUpload(job, attempt))
    const outcome = probeUnlessDone(job, attempt).finally(() => underWay.delete(key))
    underWay.set(key, outcome)
    return outcome
  }

  async function probeUnlessDone(job: ProbeJob, attempt: Attempt): Promise<ProbeOutcome> {
    const known = await outcomes.done(job)
    if (known) return known
    const outcome = attempt.deaths < maxDeaths ? await probeOrGiveUp(job, attempt) : failed('deadly', job)
    await outcomes.save(job, outcome)
    return outcome
  }

  async function probeOrGiveUp(job: ProbeJob, attempt: Attempt): Promise<ProbeOutcome> {
    try {
      return await probe(job)
    } catch (error) {
      // Saved before the job fails for good, so that nobody waits for an outcome that never comes.
      if (attempt.last && !(error instanceof OutOfReach))
        await outcomes.save(job, failed(error instanceof UploadGone ? 'gone' : 'trouble', job))
      throw error
    }
  }

  async function probe(job: ProbeJob): Promise<ProbeOutcome> {
    const shape = await uploads.shape(job.stream, job.upload)
    const needsInit = shape === 'segment'
    if (needsInit && job.init === null) return failed('init-unknown', job, shape)

    const init = needsInit && job.init !== null ? await uploads.init(job.stream, job.init) : null
    if (needsInit && init === null) return failed('init-unreadable', job, shape)

    using room = await uploads.room(job.stream, job.upload, init)
    return outcomeOf(job, shape, await ffprobe(room, shape))
  }
}
