import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'

/** The queue to the probe workers, and their answers. */
export interface Probes {
  enqueue(jobs: readonly ProbeJob[]): Promise<void>
  /** For somebody who waits: goes before the others, and does nothing when it was asked for already. */
  ask(job: ProbeJob): Promise<void>
  outcome(stream: string, upload: string): Promise<ProbeOutcome | null>
  /** How far each of some uploads is, null for one that nobody has probed yet. */
  states(stream: string, uploads: readonly string[]): Promise<readonly (ProbeOutcome['state'] | null)[]>
  forget(stream: string, upload: string): Promise<void>
  state(upload: string): Promise<'queued' | 'running'>
  /** Resolves when the probe that was asked for ends or the time is over. */
  ended(upload: string, timeoutMs: number): Promise<void>
}
