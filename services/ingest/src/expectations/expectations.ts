import type { FindingCode } from '../validation/rules.ts'

/** What a stream should show; its verdict says whether it does. A user sets it, the journal keeps it. */
export interface Expectations {
  /** Tracks that each session has; a session may have others beside them. */
  readonly tracks: readonly ExpectedTrack[]
  /** How long segments of video and audio last; the last one of a track may be shorter. */
  readonly segmentSeconds: { readonly is: number; readonly tolerance: number } | null
  /** Complete sessions at least; sessions in all at most. */
  readonly sessions: { readonly min: number; readonly max: number | null }
  /** All tracks of a session together, bits a second. */
  readonly bitrate: Range | null
  /** When the first session begins at the latest, seconds after the stream was created. */
  readonly latestStart: number | null
  /** Findings with that severity, each code once for an upload. */
  readonly maxErrors: number
  /** Null for any number. */
  readonly maxWarnings: number | null
  /** `off`: findings with this code do not count. `error`: they count as errors. */
  readonly rules: Readonly<Partial<Record<FindingCode, 'off' | 'error'>>>
}

/** A property that is null is not compared. */
export interface ExpectedTrack {
  readonly name: string | null
  /** How its codec begins (RFC 6381): `avc1` or `avc1.64001f`. */
  readonly codec: string | null
  readonly width: number | null
  readonly height: number | null
}

interface Range {
  readonly min: number | null
  readonly max: number | null
}
