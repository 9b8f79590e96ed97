import { z } from 'zod'

/** BullMQ's queue from ingest to the probe workers. The prefix is hash-tagged for Redis Cluster. */
export const probeQueue = { name: 'probe', prefix: '{pushav}' } as const

/** Init segments, manifests and what somebody waits for: they need not stand behind the segments. */
export const urgentProbeQueue = { name: 'probe-urgent', prefix: probeQueue.prefix } as const

/** Kept by whoever adds a job, be it ingest or a worker that tries again. */
export const probeJobOptions = {
  attempts: 8,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
} as const

/** What a job of either queue carries: one upload, whose id is the job's, or several. */
export type ProbeJobData = ProbeJob | { readonly uploads: readonly ProbeJob[] }

/** One upload to probe. */
export interface ProbeJob {
  readonly stream: string
  readonly upload: string
  /** The path as sent; ffprobe's answer names it as the file. */
  readonly path: string
  /** The upload that holds the init segment of this one's track; null where none is needed or known. */
  readonly init: string | null
}

/** What a probe came to. `failed` is final: ffprobe cannot make sense of the bytes. */
export type ProbeOutcome = z.infer<typeof probeOutcome>

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
export const probeOutcome = z.discriminatedUnion('state', [done, failed])

/** The Redis hash that holds the outcomes of a stream, each under its upload's id; see kept-outcome.ts. */
export const probeOutcomesKey = (stream: string): string => `{stream:${stream}}:probes`
