import type { Row } from '../api/types.ts'

interface Anchor {
  readonly wall: number
  readonly media: number
  /** The newest media time that it was used for. */
  last: number
}

/** Clocks of tracks that start farther apart than this have nothing to do with each other. */
const maxApartMs = 10_000

/** Where media time lies on the wall clock, by session and track. */
export interface Anchors {
  /** Where the media time of a row lies, which begins at `mediaMs` of its track's clock. */
  of(row: Row, mediaMs: number): Anchor
  /** Wall time of the first media; null before there is any. */
  origin(): number | null
}

/** Where the media time of a session lies on the wall clock: at its first segment's first byte. */
export function createAnchors(): Anchors {
  const bySession = new Map<string | null, Anchor>()
  const byTrack = new Map<string, Anchor>()
  let first: number | null = null
  return {
    of(row, mediaMs) {
      const key = `${row.session}\n${row.track}`
      const known = byTrack.get(key)
      // A device that starts again counts from the beginning again.
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
