import type { ManifestComparison } from './manifests/comparison-state.ts'
import type { Announcement, MpdVersion, PlaylistNames, PlaylistWindow } from './manifests/manifest-state.ts'
import type { Precondition } from './preconditions.ts'
import type { FindingCode, Severity } from './rules.ts'

/** All that must be known to validate the next upload of a stream; its size has a bound, see `limits.ts`. */
export interface State {
  readonly order: Order
  /** The sessions that the next arrival depends on, by the number in the path or `none`; see `sessionsOf`. */
  readonly sessions: Readonly<Record<string, Session>>
}

/** How the sessions of a dash or hls stream follow each other. */
export interface Order {
  /** The session whose manifest came and whose end did not. */
  readonly open: string | null
  /** The session that was opened last. */
  readonly last: string | null
}

/**
 * All that is known of a recording: the objects of one session number, or of none, between two restarts of the
 * device.
 */
export interface Session {
  /** The number in the path, or `none`. */
  readonly key: string
  /** As the key; with `.2`, `.3` … when a camera used the number again. Unique within the stream. */
  readonly id: string
  readonly generation: number
  /**
   * `silent`: no object for a while; the next one reopens it. `abandoned`: another session began before its
   * end.
   */
  readonly phase: 'open' | 'complete' | 'silent' | 'abandoned'
  /** Whether its first manifest has come. */
  readonly announced: boolean
  /** Unix time. */
  readonly firstObjectMs: number
  /** Unix time. */
  readonly lastObjectMs: number
  /** Unix time; null while it has not been completed. */
  readonly endedMs: number | null
  readonly segmentCount: number
  /** HLS: the number of media playlists, one for each track, that the multivariant playlist names. */
  readonly hlsTrackCount: number | null
  /** HLS: CODECS of the multivariant playlist. */
  readonly hlsCodecs: readonly string[]
  readonly tracks: Readonly<Record<string, Track>>
  /** From the newest MPD or multivariant playlist, by name of the track. */
  readonly announcements: Readonly<Record<string, Announcement>>
  /** cmaf-ingest: from the newest media playlist of a track, by its name; absent without any. */
  readonly playlists?: Readonly<Record<string, PlaylistNames>> | undefined
  /** cmaf-ingest: digest of the path of its first MPD. */
  readonly manifest?: number | undefined
  /** The newest MPD at each path, the newest of them; absent without any. */
  readonly mpds?: readonly MpdVersion[] | undefined
  /** cmaf-ingest: short digests of playlists with an end, the newest of them; absent without any. */
  readonly shortEndedDigests?: readonly string[]
  /** What manifests said that ended the session, or a track, while something had not come; absent without any. */
  readonly comparisons?: readonly ManifestComparison[] | undefined
  /** availabilityStartTime of its newest dynamic MPD; absent without. */
  readonly startTime?: string | undefined
  /** Short fingerprint of the first device with a certificate; absent without any. */
  readonly shortDevice?: string | undefined
  /**
   * Ids of what came behind the newest segment, such as manifests and init segments, to a path that had been used before or
   * as a part of a long request; by digest of that path. If the device has restarted, the next recording needs them, too.
   * Absent without any.
   */
  readonly sentAgain?: Readonly<Record<string, string>> | undefined
  /** Ids of uploads of earlier recordings of its number, or of no session, that it needs; absent without any. */
  readonly shared?: readonly string[] | undefined
  /** cmaf-ingest: the long requests that its device broke off before it; absent without a restart in such a request. */
  readonly brokenOff?: BrokenOff | undefined
  /** hksv: what its playlists have said so far; absent before the first. */
  readonly sealing?: SealingState | undefined
  /** Codes that were reported once for the session. */
  readonly reported: readonly string[]
  readonly preconditions: readonly Precondition[]
  readonly counts: SessionCounts
}

/** The long requests of a recording that a restart has ended. */
interface BrokenOff {
  /** Id of that recording. */
  readonly session: string
  /** When the request began that showed the restart; Unix time. */
  readonly sinceMs: number
  /** Digests of their ids, and the upload with the init segment of their tracks. */
  readonly requests: readonly { readonly of: number; readonly init?: string | undefined }[]
}

/** The playlists of a HomeKit Secure Video session up to the newest. */
export interface SealingState {
  readonly keyId: string | null
  /** Whether its media playlist and its multivariant playlist have come. */
  readonly hasMedia: boolean
  readonly hasMultivariant: boolean
  /** Segments in the newest media playlist, and a digest of their durations. */
  readonly listed: number
  readonly durations: number
  readonly hasEnd: boolean
}

/** What has come of a session, in numbers. */
export interface SessionCounts {
  readonly uploads: number
  /** Sizes of the uploads; a long request counts by its parts. */
  readonly bytes: number
  /** Uploads with an error. */
  readonly errors: number
  /** Uploads with a warning and no error. */
  readonly warnings: number
}

export type TrackPhase =
  | 'not_started'
  | 'initial_playlist_uploaded'
  | 'init_uploaded'
  | 'segments_uploading'
  | 'completed'

/**
 * One track of a session. A session may have many, so that fields which few tracks need are absent, not null.
 */
export interface Track {
  readonly name: string
  readonly phase: TrackPhase
  readonly hasPlaylist?: boolean | undefined
  /** hls: the segments that its newest initial playlist lists; absent where that is not known. */
  readonly window?: PlaylistWindow | undefined
  readonly segmentCount: number
  /** The highest number in the names of its segments. */
  readonly lastNumber: number | null
  /** Set where names of its segments have leading zeros, so that `lastNumber` does not say how a name is spelled. */
  readonly hasPaddedNames?: true | undefined
  /** Number of the expected segment, when its upload was cut off: the segment after it is no gap. */
  readonly cutOffNumber?: number | undefined
  /** Whether an init segment came, readable or not. */
  readonly hasInit: boolean
  readonly init: KnownInit | null
  /** cmaf-ingest: id of the upload that held the init segment; elsewhere its path tells which one that is. */
  readonly initUpload?: string | undefined
  /** The track whose init segment this one shares. */
  readonly header?: string | undefined
  /** Set where other tracks share its init segment; without segments it is no more than that. */
  readonly isHeader?: true | undefined
  /** cmaf-ingest: arrival of an MPD that ended the track and not the session; Unix time. */
  readonly endedMs?: number | undefined
  /** cmaf-ingest: where its objects with free names are. */
  readonly place?: TrackPlace | undefined
  /** cmaf-ingest: its newest segment, while its init segment has not come. */
  readonly headless?: { readonly trackId: number; readonly end: number | null } | undefined
  /** cmaf-ingest: the segment that its newest object is, or is a part of. */
  readonly part?: SegmentParts | undefined
  /** cmaf-ingest: digest of the upload that held the init segment. */
  readonly shortInitDigest?: string | undefined
  /** cmaf-ingest: segments go to the path that the init segment went to. */
  readonly isOneUrl?: boolean | undefined
  /** cmaf-ingest: the long request that its newest segment is a part of. */
  readonly request?: LongRequest | undefined
  readonly clock: Clock | null
  /** Times that its segments have jumped over; absent without. */
  readonly hole?: Hole | undefined
  /** cmaf-ingest: the last segment whose times or numbers began anew, unless a playlist has said so; absent without. */
  readonly jump?: Jump | undefined
  /** cmaf-ingest: the long request that is still on its way; absent when that has ended. */
  readonly openRequest?: string | undefined
  /** cmaf-ingest: set where another clip has begun, whose times may begin anew. */
  readonly isAnew?: true | undefined
  /** cmaf-ingest: by how much the newest clip is placed later than its own times say, so that it follows those before it. */
  readonly shift?: number | undefined
  /** Paths of segments that were on their way when a later one had come. */
  readonly awaited?: readonly string[] | undefined
  /** cmaf-ingest: short fingerprint of its device; absent where that is the session's. */
  readonly shortDevice?: string | undefined
  /** Digest of the newest filler segment. */
  readonly shortFillerDigest?: string | undefined
  readonly reported: readonly string[]
}

/** One long request that was cut into segments. */
export interface LongRequest {
  /** Digest of the id of its upload. */
  readonly of: number
  /** Sequence number of the first segment of its track in this recording, maybe in a request before. */
  readonly firstSequence: number
  /** Digest of that segment. */
  readonly shortFirstDigest: string
  /** Digests of the newest segments, the last of them at the end. */
  readonly shortDigests: readonly string[]
  /** Arrival of its newest segment; Unix time. */
  readonly lastMs: number
  /** Absent while more may come. */
  readonly end?: 'whole' | 'cut-off'
}

/** A segment that may come in parts, each a file of its own. */
interface SegmentParts {
  /** Digest of its name. */
  readonly of: number
  /** Set where its track has had segments of several parts. */
  readonly areMany?: true | undefined
}

/** What tells the objects of one track from those of others, as digests, see `textDigest`. */
export interface TrackPlace {
  /** Path of its init segment. */
  readonly init?: number | undefined
  /** Folder of its init segment. */
  readonly folder?: number | undefined
  /** Path of its newest segment without its counter, see `shapeDigest`. */
  readonly shape?: number | undefined
  /** What stays the same in its names, see `steadyDigest`; of clips, and of segments without an init segment. */
  readonly steady?: number | undefined
  /** Path, without the counter, of a long request that was cut into segments. */
  readonly clip?: number | undefined
  /** Set where several files with a header of their own are this track. */
  readonly hasClips?: true | undefined
}

/** The facts of an init segment that its segments depend on. */
export interface KnownInit {
  readonly trackId: number
  readonly timescale: number
  readonly handler: string
  readonly codec: string
  readonly language: string
  readonly width: number | null
  readonly height: number | null
  readonly encrypted: boolean
  /** Profile and level of Dolby Vision, `08.07`. */
  readonly dolbyVision?: string | undefined
  /** The number of its sample descriptions; this and the next two as in InitFacts. */
  readonly descriptionCount?: number | undefined
  /** The sample description of trex. */
  readonly defaultDescription?: number | undefined
  /** Sizes of initialization vectors by sample description, such as `8,,16`. */
  readonly ivSizes?: string | undefined
  /** Media time that an edit list shows first, in units of the timescale. */
  readonly editStart?: number | undefined
  /** By how much later an edit list shows the first sample, in seconds. */
  readonly delaySeconds?: number | undefined
  /** Defaults of trex. */
  readonly sampleDuration: number
  readonly sampleSize: number
  readonly sampleFlags: number
}

/** Media times of a track up to its newest segment, in units of its timescale. */
export interface Clock {
  readonly start: number
  readonly end: number
  /** The end without the deviation of the newest segment; absent where that segment began where the one before ended. */
  readonly straight?: number | undefined
  /** Duration, number and bytes of all segments together. */
  readonly total: number
  readonly count: number
  readonly bytes: number
  /** Duration of the newest segment, and of one sample of it. */
  readonly duration: number
  readonly sample: number
  /** Durations of segments before the newest; absent where they equal that of the newest: see `segmentDurations`. */
  readonly shortest?: number | undefined
  readonly longest?: number | undefined
  readonly sequence: number
  /** Whether the newest segment has the brand lmsg: it is the last. */
  readonly isLast?: boolean | undefined
}

/**
 * Times of a track for which no segment has come, in units of its timescale, and the upload that got the finding of
 * the gap.
 */
export interface Hole {
  readonly from: number
  readonly to: number
  readonly upload: string
}

/** A segment of which a finding says that it does not go on where the one before it ended. */
export interface Jump {
  /** Digest of its path. */
  readonly path: number
  readonly upload: string
  readonly code: FindingCode
  readonly severity: Severity
}

/** Durations of the segments of a track, in units of its timescale. */
export interface SegmentDurations {
  /** Durations of the segments before the newest; null where there is none. */
  readonly shortest: number | null
  readonly longest: number | null
  /** Duration of the newest segment, which may be the last one, and shorter. */
  readonly newest: number
}

export function segmentDurations({ count, shortest, longest, duration }: Clock): SegmentDurations {
  if (count === 1) return { shortest: null, longest: null, newest: duration }
  return { shortest: shortest ?? duration, longest: longest ?? duration, newest: duration }
}

export const initialState: State = { order: { open: null, last: null }, sessions: {} }

export const newSession = (key: string, atMs: number, generation = 1): Session => ({
  key,
  id: generation === 1 ? key : `${key}.${generation}`,
  generation,
  phase: 'open',
  announced: false,
  firstObjectMs: atMs,
  lastObjectMs: atMs,
  endedMs: null,
  segmentCount: 0,
  hlsTrackCount: null,
  hlsCodecs: [],
  tracks: {},
  announcements: {},
  reported: [],
  preconditions: [],
  counts: noCounts,
})

/** The `key` of a session, from its `id`: recordings of one number share it. */
export const sessionKeyOf = (id: string): string => id.split('.', 1)[0] ?? id

const noCounts: SessionCounts = { uploads: 0, bytes: 0, errors: 0, warnings: 0 }

export const newTrack = (name: string): Track => ({
  name,
  phase: 'not_started',
  segmentCount: 0,
  lastNumber: null,
  hasInit: false,
  init: null,
  clock: null,
  reported: [],
})

/** The record's own value of a key; a device chooses the key, so inherited properties do not count. */
export const at = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

export const withSession = (state: State, session: Session): State => ({
  ...state,
  sessions: { ...state.sessions, [session.key]: session },
})

export const withTrack = (session: Session, track: Track): Session => ({
  ...session,
  tracks: { ...session.tracks, [track.name]: track },
})
