import type { PeriodFacts } from '../../media/inspection.ts'
import type { Severity } from '../rules.ts'

/** What a manifest announces of one track. */
export interface Announcement {
  /** Id of its representation; null without one. */
  readonly id: string | null
  /** Id of the period that it is in; absent without one. */
  readonly period?: string
  /** The adaptation set that it is in, unique within the MPD. */
  readonly set: string | null
  readonly codecs: string | null
  /** Duration of a segment, seconds. */
  readonly segmentSeconds: number | null
  /** Paths below the stream, as RepresentationFacts has them; null where they are not to be compared. */
  readonly initialization: string | null
  readonly media: string | null
  /** Patterns of the paths of a SegmentList, see `patternsOf`; absent for a template. */
  readonly list?: readonly string[] | undefined
  /** Digest of its MPD's path, where that is not the session's first. */
  readonly manifest?: number | undefined
}

/** The paths that a media playlist names, below the stream. */
export interface PlaylistNames {
  /** Paths of its EXT-X-MAPs, in their order. */
  readonly inits: readonly string[]
  /** Patterns of its segments' paths, see `patternsOf`. */
  readonly segments: readonly string[]
  /** Patterns of the paths of its parts (EXT-X-PART); absent without any. */
  readonly parts?: readonly string[] | undefined
  /** The segments that it lists; absent where that is not known, and once it has ended. */
  readonly window?: PlaylistWindow | undefined
}

/** The segments that a media playlist lists, to compare the next version with. */
export interface PlaylistWindow {
  /** Digest of the playlist's path. */
  readonly path: number
  /** Media sequence number of its first segment. */
  readonly sequence: number
  readonly count: number
  /** Digest of the URI of its first segment. */
  readonly first: number
  /** Digest of the URI, and EXTINF, of its last segments; empty where they are not known. */
  readonly newest?: readonly (readonly [name: number, seconds: number])[]
  /** EXT-X-TARGETDURATION. */
  readonly target?: number | undefined
  /** Digest of the URI of its first EXT-X-MAP. */
  readonly map?: number | undefined
  readonly isEvent?: true | undefined
  /** As in PlaylistFacts; absent without. */
  readonly discontinuities?: readonly number[]
  readonly discontinuitySequence?: number
}

/** What a version of an MPD says that the next ones have to say, too. */
export interface MpdVersion {
  /** Digest of its path. */
  readonly path: number
  readonly isStatic?: true | undefined
  readonly id?: string | undefined
  /** availabilityStartTime, Unix time in milliseconds. */
  readonly startMs?: number | undefined
  readonly periods?: readonly PeriodFacts[] | undefined
  /** What this version, and those before it, changed since the newest segment; absent without changes. */
  readonly changes?: readonly MpdChange[] | undefined
}

/** An upload with the finding `mpd-changed`, which a restart of the device would explain. */
export interface MpdChange {
  readonly upload: string
  readonly severity: Severity
  /** The number of segments that its session had before. */
  readonly segments: number
}
