import { invalidFile, streamFields } from '../../streams/http/stream-response.ts'
import type { Pages } from '../../streams/pages.ts'
import type { IndexedStream } from '../../streams/ports.ts'
import type { ReferenceSession } from '../../validation/reference/reference-state.ts'
import type { ReadReference } from '../read-reference.ts'
import type { ReferenceListEntry, ReferenceView } from '../reference-view.ts'
import { referenceTracks } from './reference-report.ts'

/** A stream with the lists and sessions that the reference would have. */
export function referenceStreamResponseWith(readReference: ReadReference) {
  return function referenceStreamResponse({ stream }: IndexedStream) {
    // One view serves all lists, which are read one after the other.
    let view: Promise<ReferenceView> | null = null
    return {
      ...streamFields(stream),
      sessions: page((seen) => seen.sessions().map((session) => sessionResponse(session, seen))),
      error_uploads: page((seen) => wrongIn(seen).map(wrongUpload)),
      valid_uploads: page((seen) => rightIn(seen).map(rightUpload)),
      valid_files: page((seen) => rightIn(seen).map(({ path }) => path)),
      invalid_files: page((seen) =>
        wrongIn(seen).map(({ path, reasons }) => invalidFile(path, reasons ?? [])),
      ),
    }

    async function* page<Item>(itemsOf: (view: ReferenceView) => readonly Item[]): Pages<Item> {
      view ??= readReference(stream.id)
      yield itemsOf(await view)
    }
  }
}

const rightIn = (view: ReferenceView) => view.listings().filter(({ reasons }) => reasons === null)
const wrongIn = (view: ReferenceView) => view.listings().filter(({ reasons }) => reasons !== null)

const rightUpload = ({ path, session }: ReferenceListEntry) => ({
  session_id: session,
  session: session === null ? null : String(session),
  file_path: path,
})

const wrongUpload = ({ path, session, reasons }: ReferenceListEntry) => ({
  session_id: session,
  session: session === null ? null : String(session),
  file_path: path,
  reasons,
  findings: [],
})

function sessionResponse(session: ReferenceSession, view: ReferenceView) {
  const own = view.listings().filter((listing) => listing.session === session.id)
  const pathsOf = (pattern: RegExp) =>
    own.filter(({ path }) => pattern.test(path)).map(({ path }) => [path, `${path}.crt`])
  return {
    id: session.id,
    key: String(session.id),
    complete: session.isComplete,
    phase: session.isComplete ? 'complete' : 'open',
    tracks: referenceTracks(session),
    hls_expected_track_count: session.hlsTrackCount,
    hls_completed_tracks: session.hlsCompletedTracks,
    uploaded_segments: pathsOf(/\.(m4s|init)$/),
    uploaded_manifests: pathsOf(/\.(mpd|m3u8)$/),
  }
}
