import type { Row } from '../api/types.ts'

/** A point at which media time and wall clock meet, both in milliseconds. */
interface Anchor {
  readonly wall: number
  readonly media: number
  /** The newest media time that the anchor was used for. */
  last: number
}

/** Tracks whose media times start farther apart than this do not share a clock. */
const maxApartMs = 10_000

/** Anchors of media time on the wall clock, by session and track. */
export interface Anchors {
  /** The anchor for a row whose media begins at `mediaMs` of its track's clock. */
  of(row: Row, mediaMs: number): Anchor
  /** When the first media arrived, in milliseconds since 1970; null before that. */
  origin(): number | null
}

/**
 * Creates anchors: the media time of a session's first segment meets the wall clock at the arrival of its first byte.
 */
export function createAnchors(): Anchors {
  const bySession = new Map<string | null, Anchor>()
  const byTrack = new Map<string, Anchor>()
  let first: number | null = null
  return {
    of(row, mediaMs) {
      const key = `${row.session}\n${row.track}`
      const known = byTrack.get(key)
      // A device that starts again counts media time from the beginning.
      const isRestart = known !== undefined && mediaMs < known.last - maxApartMs
      if (known && !isRestart) {
        known.last = Math.max(known.last, mediaMs)
        return known
      }
      const own = { wall: row.startedAt, media: mediaMs, last: mediaMs }
      const shared = bySession.get(row.session)
      const isShared = shared && shared !== known && Math.abs(shared.media - mediaMs) < maxApartMs
      const anchor = isShared ? shared : own
      if (!shared || isRestart) bySession.set(row.session, anchor)
      byTrack.set(key, anchor)
      first ??= anchor.wall
      return anchor
    },
    origin: () => first,
  }
}
