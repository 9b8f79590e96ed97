import type { ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { Refusal } from '../lib/refusal.ts'
import { assertStream } from '../streams/assert-stream.ts'
import type { StreamQueries } from '../streams/ports.ts'
import type { Journals } from '../uploads/ports.ts'
import type { Probes } from './ports.ts'

/** ffprobe's outcome for the newest whole upload at a path, or the state of its job. */
export type FindProbe = (
  stream: string,
  path: string,
  again: boolean,
) => Promise<ProbeOutcome | { state: 'queued' | 'running' }>

/**
 * Waits up to `waitMs` for a probe that has not ended. `again` forgets an earlier outcome first. Throws the refusal
 * `object-unknown` where no whole upload has the path, `stream-unknown` where there is no such stream.
 */
export function findProbeWith(
  index: Pick<StreamQueries, 'newest' | 'initOf'>,
  journals: Pick<Journals, 'has'>,
  probes: Probes,
  waitMs: number,
): FindProbe {
  return async function findProbe(stream, path, again) {
    const newest = await index.newest(stream, path)
    if (!newest) {
      await assertStream(journals, stream)
      throw new Refusal('object-unknown', `stream ${stream} has no object at ${path}`)
    }
    const { id: upload, kind } = newest.upload
    const ended = probes.waitForEnd(upload, waitMs)
    const outcome = await probes.outcome(stream, upload)
    // Ingest itself has found out that an upload is no media; no worker would find anything else.
    if (outcome && (!again || outcome.state === 'not-media')) return outcome
    if (again) await probes.forget(stream, upload)
    await probes.enqueueUrgent({ stream, upload, path, init: await initOf() })
    const state = await probes.jobState(upload)
    await ended
    return (await probes.outcome(stream, upload)) ?? { state }

    /** A segment that came before its init segment needs the one that is there now. */
    async function initOf(): Promise<string | null> {
      return newest && kind === 'segment' ? index.initOf(stream, newest) : null
    }
  }
}
