import { mapPages } from '../pages.ts'
import type { IndexedSession } from '../ports.ts'
import type { TrackView } from '../session-view.ts'

/** A session as the API shows it, its lists in pages. */
export function sessionResponse(session: IndexedSession) {
  const tracks = Object.entries(session.tracks).map(([key, track]) => [key, trackResponse(track)] as const)
  return {
    id: session.number,
    key: session.id,
    complete: session.isComplete,
    phase: session.phase,
    last_object_at: new Date(session.lastObjectMs).toISOString(),
    tracks: Object.fromEntries(tracks),
    hls_expected_track_count: session.hlsTrackCount,
    hls_completed_tracks: session.hlsCompletedTracks,
    uploaded_segments: mapPages(session.segments, withCertificatePath),
    uploaded_manifests: mapPages(session.manifests, withCertificatePath),
  }
}

/** `bitrate` is absent until it is known. */
const trackResponse = ({ name, phase, segmentCount, bitrate }: TrackView) => ({
  name,
  state: phase,
  segment_count: segmentCount,
  ...(bitrate === null ? {} : { bitrate }),
})

/** Each object is listed with the path at which its certificate can be read. */
const withCertificatePath = (path: string) => [path, `${path}.crt`]
