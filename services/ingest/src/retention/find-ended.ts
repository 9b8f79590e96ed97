import { forEachLimit } from '../lib/for-each-limit.ts'
import type { StreamQueries } from '../streams/ports.ts'
import { type SessionView, sessionViewAt } from '../streams/session-view.ts'
import type { Journals } from '../uploads/ports.ts'
import { neededByOthers } from './needed-uploads.ts'
import type { EndedSession } from './policy.ts'
import type { RemovedAmount } from './remove-session.ts'

const streamConcurrency = 16

interface FindEndedDeps {
  readonly journals: Pick<Journals, 'streams'>
  readonly index: Pick<StreamQueries, 'summary' | 'sessions' | 'sessionViews' | 'upload'>
  readonly idleMs: number
}

/** The sessions that have ended, of all streams, and the bytes that are stored in all. Throws `Unavailable`. */
export type EndedSessionSearch = (
  nowMs: number,
) => Promise<{ readonly ended: readonly EndedSession[]; readonly storedBytes: number }>

export function findEndedWith({ journals, index, idleMs }: FindEndedDeps): EndedSessionSearch {
  return async function findEnded(nowMs) {
    const ended: EndedSession[] = []
    let storedBytes = 0
    await forEachLimit(await journals.streams(), streamConcurrency, async (stream) => {
      const summary = await index.summary(stream)
      if (!summary) return
      const { totals } = summary
      storedBytes += totals.bytes
      const views = await index.sessionViews(stream, (await index.sessions(stream)) ?? [])
      const [open, closed] = [[] as SessionView[], [] as SessionView[]]
      for (const view of views) (isOpen(view, nowMs) ? open : closed).push(view)
      const sharing = views.filter(({ shared }) => shared !== undefined)
      for (const { id: session, lastObjectMs, counts } of closed) {
        const needed = await neededOf(stream, session, neededByOthers(sharing, session))
        const [uploads, bytes] = [counts.uploads - needed.uploads, counts.bytes - needed.bytes]
        if (uploads > 0) ended.push({ stream, session, lastObjectMs, uploads, bytes })
      }
      const uploads = views.reduce((left, { counts }) => left - counts.uploads, totals.uploads)
      const bytes = views.reduce((left, { counts }) => left - counts.bytes, totals.bytes)
      // Beside an open session those count that came before it; of each of them its own age decides.
      const lastMs = Math.min(
        Date.parse(totals.lastUploadAt ?? '') || 0,
        ...open.map(({ firstObjectMs }) => firstObjectMs),
      )
      if (uploads > 0) ended.push({ stream, session: null, lastObjectMs: lastMs, uploads, bytes })
    })
    return { ended, storedBytes }
  }

  /** How much of a session is not to go with it. */
  async function neededOf(stream: string, session: string, ids: ReadonlySet<string>): Promise<RemovedAmount> {
    let [uploads, bytes] = [0, 0]
    for (const id of ids) {
      const judged = await index.upload(stream, id)
      if (judged?.session !== session) continue
      uploads++
      bytes += judged.upload.parts ? 0 : judged.upload.bytes
    }
    return { uploads, bytes }
  }

  function isOpen(view: SessionView, nowMs: number): boolean {
    return sessionViewAt(view, nowMs, idleMs).phase === 'open'
  }
}
