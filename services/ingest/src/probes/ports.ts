import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { ProbeWorker } from '@pushav/shared/probe-worker.ts'

/** How far the probe workers are behind. */
export interface Backlog {
  /** Jobs that no worker has taken up. */
  readonly waiting: number
  readonly running: number
  /** How long the oldest of those that wait has waited. It grows while more jobs come than the workers do. */
  readonly oldestWaitingMs: number
}

/** A probe worker that is alive. */
export interface NamedWorker extends ProbeWorker {
  /** The name of the worker's host. */
  readonly name: string
}

/** A job that used up its attempts. */
export interface FailedJob {
  /** The first of its uploads; null where the job cannot be read. */
  readonly job: ProbeJob | null
  /** Unix time of the last attempt. */
  readonly atMs: number | null
  readonly message: string
}

/** How the queue stands. All methods throw `Unavailable` while Redis does not respond. */
export interface ProbeStatus {
  backlog(): Promise<Backlog>
  /** The newest 100 failed jobs, newest first. */
  failed(): Promise<readonly FailedJob[]>
}

/** The queue to the probe workers, and their outcomes. All methods throw `Unavailable` while Redis does not respond. */
export interface Probes {
  enqueue(jobs: readonly ProbeJob[]): Promise<void>
  /** For a client that waits: goes before all other jobs. Nothing happens when it was enqueued so already. */
  enqueueUrgent(job: ProbeJob): Promise<void>
  outcome(stream: string, upload: string): Promise<ProbeOutcome | null>
  /** In the order of the uploads; null for an upload without an outcome. */
  outcomeStates(
    stream: string,
    uploads: readonly string[],
  ): Promise<readonly (ProbeOutcome['state'] | null)[]>
  /** Forgets the outcome of an upload and its jobs that wait. */
  forget(stream: string, upload: string): Promise<void>
  /** The state of the urgent job of an upload; one that has used up its attempts is enqueued again. */
  jobState(upload: string): Promise<'queued' | 'running'>
  /** Resolves when the urgent job of an upload ends or the time is over; never throws. */
  waitForEnd(upload: string, timeoutMs: number): Promise<void>
}
