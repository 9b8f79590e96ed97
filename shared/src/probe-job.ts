import { z } from 'zod'
import { wrappedKey } from './lib/wrapped-key.ts'

/** BullMQ's queue from ingest to the probe workers. The prefix is hash-tagged for Redis Cluster. */
export const probeQueue = { name: 'probe', prefix: '{pushav}' } as const

/** The queue of init segments, manifests and uploads that a client waits for: they need not wait behind segments. */
export const urgentProbeQueue = { name: 'probe-urgent', prefix: probeQueue.prefix } as const

/** Every process that adds jobs uses these: ingest, and a worker that adds a job again. */
export const probeJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
} as const

/** What a job of either queue carries: one upload, whose id is the job's, or several. */
export type ProbeJobData = ProbeJob | { readonly uploads: readonly ProbeJob[] }

/** Stream and upload ids become file names and parts of URLs, so they may be names only: no slash, no leading dot. */
const id = (name: string) => z.string(needs(name)).regex(/^\w[\w.-]{0,199}$/, needs(name))
const needs = (what: string) => ({ error: `a probe job needs ${what}` })

/** One upload to probe. */
export const probeJob = z.object(
  {
    stream: id('a stream'),
    upload: id('an upload'),
    /** The path as the device sent it; it takes the place of the file name in ffprobe's output. */
    path: z.string(needs('a path')),
    /** The upload that holds the init segment of this one's track; null where none is needed or known. */
    init: id('an init, or null').nullable(),
    /** For sealed media: the key to it, wrapped for the workers that ran when the job was made. */
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

/** A manifest, or a body that is no media by its first bytes: there is nothing to probe. */
const notMedia = z.object({
  state: z.literal('not-media'),
  message: z.string(),
})

/** The result of a probe. `failed` is final: a retry would fail in the same way. */
export const probeOutcome = z.discriminatedUnion('state', [done, failed, notMedia])
export type ProbeOutcome = z.infer<typeof probeOutcome>

/** The Redis hash that holds the outcomes of a stream, each under its upload's id; see outcome-codec.ts. */
export const probeOutcomesKey = (stream: string): string => `{stream:${stream}}:probes`
