import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { Refusal } from '../lib/refusal.ts'
import { createSemaphore } from '../lib/semaphore.ts'
import { unknownStream } from '../streams/assert-stream.ts'
import type { Pages } from '../streams/pages.ts'
import type { StreamQueries } from '../streams/ports.ts'
import { isOfSession } from '../streams/upload-log.ts'

/**
 * A stream's uploads in the order of the wire log, a page at a time: all of them, or those of one session and those
 * that it shares. Throws the refusals `stream-unknown` and `object-unknown`.
 */
export type WalkLog = (stream: string, session: string | null) => Promise<Pages<JudgedUpload>>

/** Uploads may have 4 KiB of headers and findings each, and are held for a client that does not read. */
const uploadsPerRead = 25

/** Reads at one time, for all clients: what is read and decoded takes memory before anything is sent of it. */
const maxReads = 4

export function walkLogWith(index: Pick<StreamQueries, 'log' | 'sessions' | 'sessionViews'>): WalkLog {
  const readInTurn = createSemaphore(maxReads)
  return async function walkLog(stream, session) {
    if (!(await index.sessions(stream))) throw unknownStream(stream)
    const [view] = session === null ? [] : await index.sessionViews(stream, [session])
    if (session !== null && !view)
      throw new Refusal('object-unknown', `stream ${stream} has no session ${session}`)
    return pages(stream, session, view?.shared)
  }

  async function* pages(
    stream: string,
    session: string | null,
    shared: readonly string[] | undefined,
  ): AsyncGenerator<readonly JudgedUpload[]> {
    for (let next: number | null = 0; next !== null; ) {
      const from: number = next
      const page = await readInTurn(() => index.log(stream, from, uploadsPerRead))
      yield page.uploads.filter((judged) => isOfSession(judged, session, shared))
      next = page.next
    }
  }
}
