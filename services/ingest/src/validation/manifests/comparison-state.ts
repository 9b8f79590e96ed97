import type { FindingCode, Severity } from '../rules.ts'

/** What a manifest that ended a session, or a track, said of uploads that had not come. */
export interface ManifestComparison {
  /** The upload of the manifest. */
  readonly upload: string
  readonly manifest: 'MPD' | 'playlist'
  /** Paths of uploads that were on their way when it came, and still are. */
  readonly open: readonly string[]
  /** Tracks of these uploads: compared when all of them have come. */
  readonly deferred: readonly DeferredTrack[]
  /** Findings that call something absent, to be withdrawn when it comes. */
  readonly stated: readonly StatedAbsence[]
}

/** A track as the manifest lists it, by its name. */
interface DeferredTrack extends ManifestSegments {
  readonly track: string
  readonly mayOmit: boolean
}

/**
 * A finding that becomes untrue when each of some tracks has come, with a number of segments; or, of tracks that an MPD
 * omits, when another MPD names them.
 */
export interface StatedAbsence {
  readonly code: FindingCode
  readonly severity: Severity
  readonly tracks: readonly { readonly name: string; readonly count: number }[]
}

/** The segments of one track as a manifest lists them; times in seconds. */
export interface ManifestSegments {
  readonly count: number
  /** By how many the count may be off: 1 where it is computed from a duration, else 0. */
  readonly slack: number
  /** Number in the first segment's name; null where names have none or the manifest leaves it open. */
  readonly firstNumber: number | null
  readonly startSeconds: number | null
  readonly seconds: number | null
  /** Duration of the longest segment, the tolerance of all times. */
  readonly longest: number
}
