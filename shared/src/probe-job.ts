import { z } from 'zod'
import { wrappedKey } from './lib/wrapped-key.ts'

/** The BullMQ queue from ingest to the probe workers. The prefix has a hash tag for Redis Cluster. */
export const probeQueue = { name: 'probe', prefix: '{pushav}' } as const

/**
 * The queue of uploads that need no init segment, such as init segments themselves, and of uploads whose probe a client
 * waits for: its jobs do not wait for those of segments.
 */
export const urgentProbeQueue = { name: 'probe-urgent', prefix: probeQueue.prefix } as const

/** Options of all jobs, of ingest and of workers that add a job again. */
export const probeJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
} as const

/** The data of a job: one upload, whose id is also the job's, or several. */
export type ProbeJobData = ProbeJob | { readonly uploads: readonly ProbeJob[] }

/** An id becomes a file name and a part of URLs, so it has no slash and no leading dot. */
const id = (name: string) => z.string(needs(name)).regex(/^\w[\w.-]{0,199}$/, needs(name))
const needs = (what: string) => ({ error: `a probe job needs ${what}` })

/** One upload to probe. */
export const probeJob = z.object(
  {
    stream: id('a stream'),
    upload: id('an upload'),
    /** The path as the device sent it, which replaces the file name in ffprobe's output. */
    path: z.string(needs('a path')),
    /** The upload with the init segment of the track; null when none is needed or known. */
    init: id('an init, or null').nullable(),
    /** The key of sealed media, wrapped for the workers that ran when the job was made. */
    contentKey: wrappedKey.optional(),
  },
  needs('a stream'),
)
export type ProbeJob = Readonly<z.infer<typeof probeJob>>

const done = z.object({
  state: z.literal('done'),
  /** ffprobe's own `{streams, format}`. */
  probe: z.record(z.string(), z.unknown()),
})
const failed = z.object({
  state: z.literal('failed'),
  message: z.string(),
  stderr: z.string(),
  command: z.string(),
})

/** The outcome of a manifest, or of a body that is not media by its first bytes: ffprobe does not run. */
const notMedia = z.object({
  state: z.literal('not-media'),
  message: z.string(),
})

/** The result of a probe. `failed` is final: a retry would fail in the same way. */
export const probeOutcome = z.discriminatedUnion('state', [done, failed, notMedia])
export type ProbeOutcome = z.infer<typeof probeOutcome>

/** The key of the Redis hash with the outcomes of a stream by upload id, encoded by outcome-codec.ts. */
export const probeOutcomesKey = (stream: string): string => `{stream:${stream}}:probes`
