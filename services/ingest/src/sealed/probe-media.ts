import { wrapKey } from '@pushav/shared/lib/wrapped-key.ts'
import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import { Unavailable } from '../lib/unavailable.ts'
import type { NamedWorker, Probes } from '../probes/ports.ts'
import type { OpenedSession } from './open-session.ts'

type Media = OpenedSession['media'][number]

/** What ffprobe says of sealed media; `queued` where it has not said it yet. */
export type SealedProbe = Media & { readonly outcome: ProbeOutcome | { readonly state: 'queued' } }

/**
 * Has media probed that a key opens. The key goes to the workers wrapped for the keys that are in their memory: what is
 * in Redis opens nothing once these workers have ended. Outcomes are stored like those of other uploads. Throws
 * `Unavailable` without a worker, and while Redis does not respond.
 */
export type ProbeMedia = (
  stream: string,
  media: readonly Media[],
  contentKey: Uint8Array,
) => Promise<readonly SealedProbe[]>

interface ProbeMediaDeps {
  readonly probes: Probes
  readonly findWorkers: () => Promise<readonly NamedWorker[]>
  readonly waitMs: number
}

const probeConcurrency = 8

export function probeMediaWith({ probes, findWorkers, waitMs }: ProbeMediaDeps): ProbeMedia {
  return async function probeMedia(stream, media, contentKey) {
    if (media.length === 0) return []
    const recipients = (await findWorkers()).flatMap(({ publicKey }) => publicKey ?? [])
    if (recipients.length === 0) throw new Unavailable('the probe worker', null)
    const wrapped = wrapKey(contentKey, recipients)
    const states = await probes.outcomeStates(
      stream,
      media.map(({ upload }) => upload),
    )
    const due = media.filter((_, at) => states[at] !== 'done')
    const ended = Promise.all(due.map(({ upload }) => probes.waitForEnd(upload, waitMs)))
    await forEachLimit(due, probeConcurrency, async ({ upload, path, init }) => {
      // An outcome without the key, and a job that has it wrapped for workers of the past.
      await probes.forget(stream, upload)
      await probes.enqueueUrgent({ stream, upload, path, init, contentKey: wrapped })
    })
    await ended
    return Promise.all(media.map(resultOf))

    async function resultOf(one: Media): Promise<SealedProbe> {
      return { ...one, outcome: (await probes.outcome(stream, one.upload)) ?? { state: 'queued' } }
    }
  }
}
