import { forEachLimit } from '../lib/for-each-limit.ts'
import type { StreamQueries } from '../streams/ports.ts'
import { type SessionView, sessionViewAt } from '../streams/session-view.ts'
import type { Journals } from '../uploads/ports.ts'
import { areOfOneNumber } from './needed-uploads.ts'
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
      const needed = await neededOf(stream, views)
      for (const { id: session, lastObjectMs, counts } of closed) {
        const stays = needed.get(session) ?? { uploads: 0, bytes: 0 }
        const [uploads, bytes] = [counts.uploads - stays.uploads, counts.bytes - stays.bytes]
        if (uploads > 0) ended.push({ stream, session, lastObjectMs, uploads, bytes })
      }
      const stays = needed.get(null) ?? { uploads: 0, bytes: 0 }
      const uploads = views.reduce(
        (left, { counts }) => left - counts.uploads,
        totals.uploads - stays.uploads,
      )
      const bytes = views.reduce((left, { counts }) => left - counts.bytes, totals.bytes - stays.bytes)
      // Beside an open session those count that came before it; of each of them its own age decides.
      const lastMs = Math.min(
        Date.parse(totals.lastUploadAt ?? '') || 0,
        ...open.map(({ firstObjectMs }) => firstObjectMs),
      )
      if (uploads > 0) ended.push({ stream, session: null, lastObjectMs: lastMs, uploads, bytes })
    })
    return { ended, storedBytes }
  }

  /**
   * How much of each session is not to go with it, because other recordings of its number need it; by null, how much
   * without a session sessions need.
   */
  async function neededOf(
    stream: string,
    views: readonly SessionView[],
  ): Promise<ReadonlyMap<string | null, RemovedAmount>> {
    const uses = views.flatMap(({ id: user, shared = [] }) => shared.map((upload) => ({ upload, user })))
    const needed = new Map<string | null, RemovedAmount>()
    for (const [id, users] of Map.groupBy(uses, ({ upload }) => upload)) {
      const { session = null, upload } = (await index.upload(stream, id)) ?? {}
      if (!upload) continue
      if (session !== null && !users.some(({ user }) => areOfOneNumber(user, session))) continue
      const { uploads, bytes } = needed.get(session) ?? { uploads: 0, bytes: 0 }
      needed.set(session, { uploads: uploads + 1, bytes: bytes + (upload.parts ? 0 : upload.bytes) })
    }
    return needed
  }

  function isOpen(view: SessionView, nowMs: number): boolean {
    return sessionViewAt(view, nowMs, idleMs).phase === 'open'
  }
}
