import { Refusal } from '../lib/refusal.ts'
import type { StreamReads } from '../streams/read-streams.ts'
import { type LogEntry, noFilter, type ReadUploadLog } from '../streams/upload-log.ts'

/**
 * All uploads of a session and those that it shares, in the order of the wire log. Throws the refusals
 * `stream-unknown` and `object-unknown`.
 */
export type ListSession = (stream: string, session: string) => Promise<readonly LogEntry[]>

/** A session with more of them is exported in no zip: their names alone would take this process's memory. */
const maxUploads = 100_000
const pageLength = 1_000
const uploadsPerRead = 250

export function listSessionWith(
  streams: Pick<StreamReads, 'assertExists' | 'sessionViewsOf'>,
  readUploadLog: ReadUploadLog,
): ListSession {
  return async function listSession(stream, session) {
    await streams.assertExists(stream)
    const [view] = await streams.sessionViewsOf(stream, [session])
    if (!view) throw new Refusal('object-unknown', `stream ${stream} has no session ${session}`)
    const found: LogEntry[] = []
    let next: number | null = 0
    while (next !== null) {
      const filter = { ...noFilter, session, shared: view.shared }
      const place = { kind: 'position', position: next } as const
      const page = await readUploadLog(stream, { limit: pageLength, uploadsPerRead, place, filter })
      for await (const entries of page.entries) found.push(...entries)
      if (found.length > maxUploads)
        throw new Refusal('media-unsupported', `session ${session} has more than ${maxUploads} uploads`)
      next = page.next()
    }
    return found
  }
}
