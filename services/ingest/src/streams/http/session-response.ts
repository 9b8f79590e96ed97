import type { SessionSummaryResponse } from '@pushav/shared/api/streams.ts'
import { mapPages } from '../pages.ts'
import type { IndexedSession } from '../ports.ts'
import type { SessionView, TrackView } from '../session-view.ts'

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
  bitrate: bitrate ?? undefined,
})

/** A session in numbers. */
export function sessionSummaryResponse(session: SessionView): SessionSummaryResponse {
  const { uploads, bytes, errors, warnings } = session.counts
  return {
    key: session.id,
    id: session.number,
    phase: session.phase,
    first_at: new Date(session.firstObjectMs).toISOString(),
    last_at: new Date(session.lastObjectMs).toISOString(),
    uploads,
    bytes,
    errors,
    warnings,
    tracks: Object.values(session.tracks).map(trackSummaryResponse),
    playable: session.isPlayable,
  }
}

/** A track as its init segment describes it. */
export const trackSummaryResponse = ({ name, phase, segmentCount, bitrate, init }: TrackView) => ({
  name,
  kind: init && (kindOf[init.handler] ?? ('other' as const)),
  codec: init?.codec ?? null,
  width: init?.width ?? null,
  height: init?.height ?? null,
  language: init?.language ?? null,
  encrypted: init?.encrypted ?? false,
  timescale: init?.timescale ?? null,
  bitrate,
  state: phase,
  segments: segmentCount,
})

/** Kinds of tracks by the handler type in hdlr. */
const kindOf: Readonly<Record<string, 'video' | 'audio' | 'text' | 'metadata'>> = {
  vide: 'video',
  soun: 'audio',
  text: 'text',
  subt: 'text',
  meta: 'metadata',
}

/** The path of an object, and the path at which its certificate can be read. */
const withCertificatePath = (path: string) => [path, `${path}.crt`]
