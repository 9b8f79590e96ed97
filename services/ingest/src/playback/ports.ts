import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { Pages } from '../streams/pages.ts'

/** A segment that a player can decode, at its place in the track. Times are in units of its track's timescale. */
export interface PlayableSegment {
  readonly upload: string
  /** The upload that holds its init segment. */
  readonly init: string
  /** The time at which a player shows it: its tfdt and `shift`, in units of the track's timescale. */
  readonly decodeTime: number
  /** By how much `decodeTime` is later than the tfdt, so that a clip follows those before it; mostly 0. */
  readonly shift: number
  readonly duration: number
  readonly bytes: number
  /** Unix time in milliseconds. */
  readonly receivedMs: number
  /** The inspection of its bytes found no fault. */
  readonly isSound: boolean
}

/** What the index knows of playable segments. All methods throw `Unavailable` while Redis does not respond. */
export interface PlaybackQueries {
  /** Segments from a decode time on, in the order of their decode times; those of one decode time oldest first. */
  segments(track: TrackName, fromDecodeTime: number): Promise<readonly PlayableSegment[]>
  /** The first and the last one, and how many there are; null for none. */
  extent(track: TrackName): Promise<TrackExtent | null>
  /** The newest at a decode time; null for none. */
  segmentAt(track: TrackName, decodeTime: number): Promise<PlayableSegment | null>
  /** Segments from a decode time on to before another one, a page at a time. */
  segmentsBetween(track: TrackName, from: number, to: number): Pages<PlayableSegment>
  /** Uploads by id; ids that no upload has are left out. */
  uploads(stream: string, ids: readonly string[]): Promise<readonly JudgedUpload[]>
}

/** A track of one session. */
export interface TrackName {
  readonly stream: string
  readonly session: string
  readonly track: string
}

interface TrackExtent {
  readonly first: PlayableSegment
  readonly last: PlayableSegment
  readonly count: number
}
