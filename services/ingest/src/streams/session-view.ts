import { isVideoOrSoundHandler } from '../media/handlers.ts'
import { isComplete } from '../validation/cmaf-ingest/ingest-session.ts'
import { completedTracks } from '../validation/matter/matter-playlist.ts'
import { noSession } from '../validation/object-name.ts'
import {
  type KnownInit,
  type SegmentDurations,
  type Session,
  type SessionCounts,
  segmentDurations,
  sessionKeyOf,
  type Track,
  type TrackPhase,
} from '../validation/state.ts'

/** What users see of a session, without the lists of its uploads. The index stores it. */
export interface SessionView {
  /** Unique within the stream, also where a camera used a number again. */
  readonly id: string
  /** The number in the path; null for objects that name no session. */
  readonly number: number | null
  readonly isComplete: boolean
  readonly phase: Session['phase']
  /** When its newest object was received, in milliseconds since 1970. */
  readonly lastObjectMs: number
  /** When its first object was received, in milliseconds since 1970. */
  readonly firstObjectMs: number
  readonly counts: SessionCounts
  /** Whether a player can decode one of its tracks. */
  readonly isPlayable: boolean
  readonly tracks: Readonly<Record<string, TrackView>>
  /** How many tracks the multivariant playlist announced; null before it was received. */
  readonly hlsTrackCount: number | null
  readonly hlsCompletedTracks: number
  /** Ids of uploads that it needs, of earlier sessions of its number or of no session; absent without any. */
  readonly shared?: readonly string[] | undefined
}

export interface TrackView {
  readonly name: string
  readonly phase: TrackPhase
  readonly segmentCount: number
  /** Bits a second, measured; null until a segment was received whose duration is known. */
  readonly bitrate: number | null
  /** Null until a segment was received whose duration is known. */
  readonly durations: SegmentDurations | null
  /** What its init segment says; null until one was received that can be read. */
  readonly init: Pick<
    KnownInit,
    'handler' | 'codec' | 'width' | 'height' | 'language' | 'encrypted' | 'timescale'
  > | null
}

/** What users see of a session, from its state. */
export function sessionViewOf(session: Session): SessionView {
  const tracks = Object.entries(session.tracks).map(([key, track]) => [key, trackViewOf(track)] as const)
  return {
    id: session.id,
    number: sessionNumberOf(session.id),
    isComplete: isComplete(session),
    phase: session.phase,
    lastObjectMs: session.lastObjectMs,
    firstObjectMs: session.firstObjectMs,
    counts: session.counts,
    isPlayable: Object.values(session.tracks).some(isPlayable),
    tracks: Object.fromEntries(tracks),
    hlsTrackCount: session.hlsTrackCount,
    hlsCompletedTracks: session.hlsTrackCount === null ? 0 : completedTracks(session),
    shared: session.shared,
  }
}

/** A track that an upload leaves as it was has the same view as before. */
const trackViews = new WeakMap<Track, TrackView>()

function trackViewOf(track: Track): TrackView {
  const view = trackViews.get(track) ?? createTrackView(track)
  trackViews.set(track, view)
  return view
}

function createTrackView({ name, phase, segmentCount, clock, init }: Track): TrackView {
  const bitrate = clock && init ? Math.round((clock.bytes * 8 * init.timescale) / clock.total) : null
  return {
    name,
    phase,
    segmentCount,
    bitrate: Number.isSafeInteger(bitrate) ? bitrate : null,
    durations: clock && segmentDurations(clock),
    init: init && initViewOf(init),
  }
}

const initViewOf = ({ handler, codec, width, height, language, encrypted, timescale }: KnownInit) => ({
  handler,
  codec,
  width,
  height,
  language,
  encrypted,
  timescale,
})

const isPlayable = ({ clock, init }: Track): boolean =>
  clock !== null && init !== null && !init.encrypted && isVideoOrSoundHandler(init.handler)

/** The session at a time: an open one whose timeout has passed is silent, before any journal line says so. */
export function sessionViewAt<View extends SessionView>(session: View, nowMs: number, idleMs: number): View {
  if (session.phase !== 'open' || nowMs - session.lastObjectMs <= idleMs) return session
  return { ...session, phase: 'silent', isComplete: isUnnamed(session) }
}

/** Whether a session has the objects whose paths name no session; it can only end by silence. */
const isUnnamed = ({ id }: SessionView): boolean => sessionKeyOf(id) === noSession

/**
 * The number in the path of a session's objects, from its id; null for the one of objects that name none, and for a
 * number that would lose digits.
 */
export function sessionNumberOf(id: string | null): number | null {
  const number = id === null ? Number.NaN : Number.parseInt(id, 10)
  return Number.isSafeInteger(number) ? number : null
}
