import type { JudgedUpload } from '../indexing/fold.ts'
import { Refusal } from '../lib/refusal.ts'
import { unknownStream } from '../streams/assert-stream.ts'
import type { Pages } from '../streams/pages.ts'
import type { StreamQueries } from '../streams/ports.ts'

/**
 * A stream's uploads in the order of the wire log, of one session or of all, a page at a time. Throws the refusals
 * `stream-unknown` and `object-unknown`.
 */
export type WalkLog = (stream: string, session: string | null) => Promise<Pages<JudgedUpload>>

/** With 4 KiB of headers and findings each, what is held for a client that does not read. */
const uploadsAtOnce = 25

export function walkLogWith(index: Pick<StreamQueries, 'log' | 'sessions'>): WalkLog {
  return async function walkLog(stream, session) {
    const sessions = await index.sessions(stream)
    if (!sessions) throw unknownStream(stream)
    if (session !== null && !sessions.includes(session))
      throw new Refusal('object-unknown', `stream ${stream} has no session ${session}`)
    return pages(stream, session)
  }

  async function* pages(stream: string, session: string | null): AsyncGenerator<readonly JudgedUpload[]> {
    for (let next: number | null = 0; next !== null; ) {
      const page: Awaited<ReturnType<StreamQueries['log']>> = await index.log(stream, next, uploadsAtOnce)
      yield session === null ? page.uploads : page.uploads.filter((judged) => judged.session === session)
      next = page.next
    }
  }
}
