import { z } from 'zod'
import { probeQueue } from './probe-job.ts'

/** The heartbeat of a probe worker. */
export const probeWorker = z.object({
  /** How the worker confines ffprobe. */
  confinement: z.string(),
  /** Whether ffprobe sees no network, no other process and no file but its input. */
  isSandboxed: z.boolean(),
  /** How many ffprobe processes the worker runs at once. */
  concurrency: z.number().int(),
  /** The public key for which keys are wrapped that only this worker may read; older workers have none. */
  publicKey: z.string().max(200).optional(),
  /** When the worker sent the heartbeat, ISO 8601, by the clock of its host. */
  seenAt: z.iso.datetime(),
})
export type ProbeWorker = Readonly<z.infer<typeof probeWorker>>

/** The key of the Redis set of hosts whose workers have ever sent a heartbeat. */
export const probeHostsKey = `${probeQueue.prefix}:probe-hosts`

/** The Redis key of a host's `ProbeWorker` as JSON. It expires soon after the worker has stopped. */
export const probeWorkerKey = (host: string): string => `${probeQueue.prefix}:probe-worker:${host}`
