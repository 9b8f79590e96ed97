import type { IngestInterface } from '../../streams/stream.ts'
import type { FindingCode } from '../rules.ts'
import type { TrackPhase } from '../state.ts'

/** What the reference server keeps of a stream; only its newest session decides about the next upload. */
export interface ReferenceState {
  /** The number of sessions that the reference has opened. Their ids count from 1; the numbers in paths do not matter. */
  readonly sessions: number
  /** The session that was opened last; null before the first. */
  readonly last: ReferenceSession | null
}

export interface ReferenceSession {
  readonly id: number
  readonly isComplete: boolean
  /** Segments and init segments, refused ones included. */
  readonly segmentCount: number
  readonly manifestCount: number
  readonly tracks: Readonly<Record<string, ReferenceTrack>>
  /** HLS: null until a multivariant playlist came. */
  readonly hlsTrackCount: number | null
  readonly hlsCompletedTracks: number
}

export interface ReferenceTrack {
  readonly phase: TrackPhase
  readonly segmentCount: number
}

/** The settings of a stream that the reference looks at. */
export interface ReferenceStream {
  readonly interface: IngestInterface
  /** Null and an empty list let any name pass. */
  readonly expectedTrackNames: readonly string[] | null
}

/** One request with what the reference reads of it. */
export interface ReferenceUpload {
  readonly method: string
  readonly path: string
  readonly hasCertificate: boolean
  /** The manifest, for an `.mpd` or `.m3u8`; null for any other object. */
  readonly manifest: ReferenceManifest | null
  /** The header X-EXTINF-duration as the reference finds it; null for none. */
  readonly extinf: string | null
  /** An object is at the place of one of its folders. */
  readonly isBelowObject: boolean
}

/** What the reference reads in a manifest. */
export type ReferenceManifest =
  | { readonly kind: 'mpd'; readonly type: 'static' | 'dynamic' | null }
  | {
      readonly kind: 'playlist'
      /** Lines that begin with `#EXT-X-MEDIA` or `#EXT-X-STREAM-INF`; `#EXT-X-MEDIA-SEQUENCE` is one of them. */
      readonly trackLines: number
      readonly hasPlaylistType: boolean
      readonly isVod: boolean
      readonly hasEndList: boolean
      readonly hasExtinf: boolean
      readonly hasSegmentLines: boolean
    }
  /** XML that cannot be parsed. */
  | { readonly kind: 'malformed' }

/** One thing that the reference complains of, under this server's code for it. */
export interface ReferenceFault {
  readonly code: FindingCode
  /** A sentence without its full stop, in this server's words. */
  readonly message: string
}

/** What the reference makes of one upload. */
export interface ReferenceDecision {
  /**
   * `judged`: stored and listed. `not-routed`: no route takes it, 405. `failed`: an exception, 500; nothing is stored.
   * `lost`: the body was cut off; the reference has forgotten it.
   */
  readonly outcome: 'judged' | 'not-routed' | 'failed' | 'lost'
  readonly faults: readonly ReferenceFault[]
  /** Id of the session that it is put into; null for none. */
  readonly session: number | null
}

export const initialReferenceState: ReferenceState = { sessions: 0, last: null }
