import { completedTracks } from './hls-manifest.ts'
import { isComplete } from './ingest-session.ts'
import { noSession } from './name.ts'
import type { Session, Track, TrackPhase } from './state.ts'

/** A session as the API shows it, without the lists of its uploads. */
export interface SessionAnswer {
  /** The number in the path; null for objects that name no session. */
  readonly id: number | null
  /** Unique within the stream, also where a camera used a number again. */
  readonly key: string
  readonly complete: boolean
  readonly phase: Session['phase']
  /** When its newest object came, ISO 8601. */
  readonly last_object_at: string
  readonly tracks: Readonly<Record<string, TrackAnswer>>
  readonly hls_expected_track_count: number | null
  readonly hls_completed_tracks: number
}

export interface TrackAnswer {
  readonly name: string
  readonly state: TrackPhase
  readonly segment_count: number
  /** Bits a second, measured; absent until a segment came whose duration is known. */
  readonly bitrate?: number
}

export function sessionAnswer(session: Session): SessionAnswer {
  const tracks = Object.entries(session.tracks).map(([key, track]) => [key, trackAnswer(track)] as const)
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

function trackAnswer({ name, phase, segmentCount, clock, init }: Track): TrackAnswer {
  const answer = { name, state: phase, segment_count: segmentCount }
  const bitrate = clock && init ? Math.round((clock.bytes * 8 * init.timescale) / clock.total) : null
  return bitrate !== null && Number.isSafeInteger(bitrate) ? { ...answer, bitrate } : answer
}

/** An open session as it stands at a time: silence ends it before the next upload is there to say so. */
export function afterSilence<Answer extends SessionAnswer>(
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
