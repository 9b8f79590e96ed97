import { z } from 'zod'
import { probeQueue } from './probe-job.ts'

/** What a probe worker says of itself with every heartbeat. */
export const probeWorker = z.object({
  /** How it confines ffprobe. */
  confinement: z.string(),
  /** Whether ffprobe sees no network, no other process and no file but its input. */
  isSandboxed: z.boolean(),
  /** How many ffprobes it runs at once. */
  concurrency: z.number().int(),
  /** What keys are wrapped for that only this worker may read; absent in a worker of another version. */
  publicKey: z.string().max(200).optional(),
  /** When it sent the heartbeat, ISO 8601, by its host's clock. */
  seenAt: z.iso.datetime(),
})
export type ProbeWorker = Readonly<z.infer<typeof probeWorker>>

/** The Redis set of the hosts whose workers have sent heartbeats; also of hosts whose heartbeats have stopped. */
export const probeHostsKey = `${probeQueue.prefix}:probe-hosts`

/** The key that holds a host's `ProbeWorker` as JSON; it expires soon after the worker has stopped. */
export const probeWorkerKey = (host: string): string => `${probeQueue.prefix}:probe-worker:${host}`
