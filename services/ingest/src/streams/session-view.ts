import { isComplete } from '../validation/cmaf-ingest/ingest-session.ts'
import { completedTracks } from '../validation/matter/matter-playlist.ts'
import { noSession } from '../validation/object-name.ts'
import type { Session, Track, TrackPhase } from '../validation/state.ts'

/** A session as the API shows it, without the lists of its uploads. */
export interface SessionView {
  /** The number in the path; null for objects that name no session. */
  readonly id: number | null
  /** Unique within the stream, also where a camera used a number again. */
  readonly key: string
  readonly complete: boolean
  readonly phase: Session['phase']
  /** When its newest object came, ISO 8601. */
  readonly last_object_at: string
  readonly tracks: Readonly<Record<string, TrackView>>
  readonly hls_expected_track_count: number | null
  readonly hls_completed_tracks: number
}

export interface TrackView {
  readonly name: string
  readonly state: TrackPhase
  readonly segment_count: number
  /** Bits a second, measured; absent until a segment came whose duration is known. */
  readonly bitrate?: number
}

export function sessionViewOf(session: Session): SessionView {
  const tracks = Object.entries(session.tracks).map(([key, track]) => [key, trackViewOf(track)] as const)
  return {
    id: sessionNumberOf(session.id),
    key: session.id,
    complete: isComplete(session),
    phase: session.phase,
    last_object_at: new Date(session.lastObjectMs).toISOString(),
    tracks: Object.fromEntries(tracks),
    hls_expected_track_count: session.hlsTrackCount,
    hls_completed_tracks: session.hlsTrackCount === null ? 0 : completedTracks(session),
  }
}

function trackViewOf({ name, phase, segmentCount, clock, init }: Track): TrackView {
  const answer = { name, state: phase, segment_count: segmentCount }
  const bitrate = clock && init ? Math.round((clock.bytes * 8 * init.timescale) / clock.total) : null
  return bitrate !== null && Number.isSafeInteger(bitrate) ? { ...answer, bitrate } : answer
}

/** An open session as it stands at a time: silence ends it before the next upload is there to say so. */
export function afterSilence<Answer extends SessionView>(
  answer: Answer,
  nowMs: number,
  idleMs: number,
): Answer {
  if (answer.phase !== 'open' || nowMs - Date.parse(answer.last_object_at) <= idleMs) return answer
  return { ...answer, phase: 'silent', complete: answer.id === null }
}

/** The number in the path of a session's objects, from its id; null for the one of objects that name none. */
export const sessionNumberOf = (id: string | null): number | null =>
  id === null || id === noSession ? null : Number.parseInt(id, 10)
