import type { Row } from '../api/types.ts'

/** One upload on its lane; `begin` and `end` in milliseconds of the wall clock, or of the media mapped to it. */
export interface Mark {
  readonly row: Row
  readonly begin: number
  readonly end: number
  /** First and last byte of the request, on the same axis. */
  readonly firstByte: number
  readonly lastByte: number
  /** How much later than the media's own pace it arrived, in milliseconds; null when it has no media time. */
  readonly delay: number | null
  /** Bits a second; null when it has no duration. */
  readonly bitrate: number | null
}

export interface Lane {
  readonly name: string
  readonly kind: 'manifest' | 'video' | 'audio' | 'other'
  readonly marks: readonly Mark[]
  /** Stretches in which media is missing. */
  readonly gaps: readonly (readonly [from: number, to: number])[]
}

export interface Lanes {
  readonly lanes: readonly Lane[]
  readonly from: number
  readonly to: number
  /** Where the media axis begins: wall time of the first media. */
  readonly origin: number
}

interface Anchor {
  readonly wall: number
  readonly media: number
}

/** Clocks of tracks that start farther apart than this have nothing to do with each other. */
const maxApartMs = 10_000

/** Lanes of the rows, in arrival order: manifests, then tracks as they appear. */
export function lanesOf(
  rows: readonly Row[],
  axis: 'arrival' | 'media',
  kindOf: (track: string) => Lane['kind'] | null,
): Lanes {
  const anchors = createAnchors()
  const lanes = new Map<string, { kind: Lane['kind']; marks: Mark[] }>()
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const mark = markOf(row, axis, anchors)
    const { name, kind } = laneOf(row, kindOf)
    const lane = lanes.get(name) ?? { kind, marks: [] }
    lanes.set(name, lane)
    lane.marks.push(mark)
    from = Math.min(from, mark.begin, mark.firstByte)
    to = Math.max(to, mark.end, mark.lastByte)
  }
  const list = [...lanes].map(([name, { kind, marks }]) => ({
    name,
    kind,
    marks: marks.sort((a, b) => a.begin - b.begin),
    gaps: gapsIn(marks),
  }))
  list.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return { lanes: list, from, to, origin: anchors.origin() ?? from }
}

const order: readonly Lane['kind'][] = ['manifest', 'video', 'audio', 'other']

export const isManifest = ({ kind }: Row): boolean =>
  kind === 'mpd' || kind === 'playlist' || kind === 'manifest'

function laneOf(
  row: Row,
  kindOf: (track: string) => Lane['kind'] | null,
): { name: string; kind: Lane['kind'] } {
  if (isManifest(row)) return { name: 'manifests', kind: 'manifest' }
  if (row.track === null) return { name: 'other', kind: 'other' }
  return { name: row.track, kind: kindOf(row.track) ?? kindOfName(row.track, row.path) }
}

function kindOfName(track: string, path: string): Lane['kind'] {
  if (/video|\.cmfv$/i.test(`${track} ${path}`)) return 'video'
  return /audio|\.cmfa$/i.test(`${track} ${path}`) ? 'audio' : 'other'
}

interface Anchors {
  of(row: Row, mediaMs: number): Anchor
  origin(): number | null
}

/** Where the media time of a session lies on the wall clock: at its first segment's first byte. */
function createAnchors(): Anchors {
  const bySession = new Map<string | null, Anchor>()
  const byTrack = new Map<string, Anchor>()
  let first: number | null = null
  return {
    of(row, mediaMs) {
      const key = `${row.session}\n${row.track}`
      const known = byTrack.get(key)
      if (known) return known
      const own = { wall: row.startedAt, media: mediaMs }
      const shared = bySession.get(row.session)
      const anchor = shared && Math.abs(shared.media - mediaMs) < maxApartMs ? shared : own
      if (!shared) bySession.set(row.session, own)
      byTrack.set(key, anchor)
      first ??= anchor.wall
      return anchor
    },
    origin: () => first,
  }
}

function markOf(row: Row, axis: 'arrival' | 'media', anchors: Anchors): Mark {
  const { startedAt, ms, decodeTime, duration, timescale, bytes } = row
  const lastByte = startedAt + ms
  const durationMs = duration !== null && timescale ? (duration / timescale) * 1_000 : null
  const request = { row, firstByte: startedAt, lastByte }
  const bitrate = durationMs ? (bytes * 8_000) / durationMs : null
  if (decodeTime === null || !timescale)
    return { ...request, begin: startedAt, end: startedAt + (durationMs ?? 0), delay: null, bitrate }
  const mediaMs = (decodeTime / timescale) * 1_000
  const anchor = anchors.of(row, mediaMs)
  const ideal = anchor.wall + mediaMs - anchor.media
  const begin = axis === 'media' ? ideal : startedAt
  return {
    ...request,
    begin,
    end: begin + (durationMs ?? 0),
    delay: lastByte - (ideal + (durationMs ?? 0)),
    bitrate,
  }
}

/** Between segments of one session whose media does not meet. */
function gapsIn(marks: readonly Mark[]): (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = []
  let before: Mark | null = null
  for (const mark of marks) {
    if (mark.row.decodeTime === null || !mark.row.timescale || mark.row.duration === null) continue
    if (
      before &&
      before.row.session === mark.row.session &&
      before.row.decodeTime !== null &&
      before.row.duration !== null &&
      before.row.timescale === mark.row.timescale
    ) {
      const missing = mark.row.decodeTime - before.row.decodeTime - before.row.duration
      if (missing > before.row.duration * 0.05) gaps.push([before.end, mark.begin])
    }
    before = mark
  }
  return gaps.filter(([from, to]) => to > from)
}
