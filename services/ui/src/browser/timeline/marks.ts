import type { Row, Severity } from '../api/types.ts'

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
  /** By `begin`. */
  readonly marks: readonly Mark[]
  /** Stretches in which media is missing. */
  readonly gaps: readonly (readonly [from: number, to: number])[]
  readonly errors: number
  /** No mark reaches farther than this from its `begin`, to either side, in milliseconds. */
  readonly reachMs: number
}

export interface Lanes {
  readonly lanes: readonly Lane[]
  readonly from: number
  readonly to: number
  /** Where the media axis begins: wall time of the first media. */
  readonly origin: number
  /** Uploads by when they began, in tenths of a second, for a picture of everything. */
  readonly tenths: ReadonlyMap<number, Tenth>
}

/** What began within a tenth of a second. */
export interface Tenth {
  readonly bytes: number
  readonly worst: Severity | null
}

/** Lanes that grow as rows come. */
export interface LaneBuilder {
  add(rows: Iterable<Row>): void
  lanes(): Lanes
}

interface OpenMark extends Mark {
  end: number
  /** Where its media ends, also under the mark after it. */
  readonly mediaEnd: number
}

interface OpenLane extends Lane {
  marks: OpenMark[]
  gaps: (readonly [number, number])[]
  errors: number
  reachMs: number
  /** So many marks are in order and have their ends and gaps. */
  tidyTo: number
  /** The last of these that has media. */
  lastMedia: OpenMark | null
}

interface Anchor {
  readonly wall: number
  readonly media: number
  /** The newest media time that it was used for. */
  last: number
}

type Axis = 'arrival' | 'media'
type KindOf = (track: string) => Lane['kind'] | null

/** Clocks of tracks that start farther apart than this have nothing to do with each other. */
const maxApartMs = 10_000

/** Lanes of the rows, in arrival order: manifests, then tracks as they appear. */
export function lanesOf(rows: readonly Row[], axis: Axis, kindOf: KindOf): Lanes {
  const builder = createLanes(axis, kindOf)
  builder.add(rows)
  return builder.lanes()
}

/** The same for a log that grows: each row is looked at once. */
export function createLanes(axis: Axis, kindOf: KindOf): LaneBuilder {
  const anchors = createAnchors()
  const lanes = new Map<string, OpenLane>()
  const tenths = new Map<number, Tenth>()
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  return {
    add(rows) {
      for (const row of rows) addRow(row)
    },
    lanes() {
      for (const lane of lanes.values()) tidy(lane, axis)
      const list = [...lanes.values()].map(withKind)
      list.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
      return { lanes: list, from, to, origin: anchors.origin() ?? from, tenths }
    },
  }

  function addRow(row: Row): void {
    const mark = markOf(row, axis, anchors)
    const lane = laneFor(row)
    lane.marks.push(mark)
    if (row.worst === 'error') lane.errors++
    const { begin, firstByte, lastByte } = mark
    lane.reachMs = Math.max(lane.reachMs, mark.end - begin, begin - firstByte, lastByte - begin)
    from = Math.min(from, begin, firstByte)
    to = Math.max(to, mark.end, lastByte)
    const tenth = Math.floor(firstByte / 100)
    const { bytes = 0, worst = null } = tenths.get(tenth) ?? {}
    tenths.set(tenth, { bytes: bytes + row.bytes, worst: worseOf(worst, row.worst) })
  }

  function laneFor(row: Row): OpenLane {
    const { name, kind } = laneOf(row)
    const known = lanes.get(name)
    if (known) return known
    const lane = { name, kind, marks: [], gaps: [], errors: 0, reachMs: 0, tidyTo: 0, lastMedia: null }
    lanes.set(name, lane)
    return lane
  }

  /** What a track is may become known after its first upload. */
  function withKind(lane: OpenLane): Lane {
    if (lane.kind === 'manifest' || lane.name === 'other') return lane
    return { ...lane, kind: kindOf(lane.name) ?? lane.kind }
  }
}

/**
 * Puts the marks in order, with their ends and gaps; what came in order costs only itself. By arrival a mark ends where the
 * one after it begins: a burst would hide its own.
 */
function tidy(lane: OpenLane, axis: Axis): void {
  const { marks } = lane
  if (!isSorted(marks, lane.tidyTo)) {
    marks.sort((a, b) => a.begin - b.begin)
    Object.assign(lane, { tidyTo: 0, lastMedia: null, gaps: [] })
  }
  for (let i = lane.tidyTo; i < marks.length; i++) {
    const mark = marks[i]
    const before = marks[i - 1]
    if (!mark) continue
    mark.end = mark.mediaEnd
    if (axis === 'arrival' && before)
      before.end = mark.begin > before.begin ? Math.min(before.mediaEnd, mark.begin) : before.mediaEnd
    if (mark.row.decodeTime === null || !mark.row.timescale || mark.row.duration === null) continue
    const gap = lane.lastMedia && gapBetween(lane.lastMedia, mark)
    if (gap) lane.gaps.push(gap)
    lane.lastMedia = mark
  }
  lane.tidyTo = marks.length
}

function isSorted(marks: readonly Mark[], from: number): boolean {
  for (let i = Math.max(1, from); i < marks.length; i++)
    if ((marks[i]?.begin ?? 0) < (marks[i - 1]?.begin ?? 0)) return false
  return true
}

/** The marks of a lane that may reach into a stretch of time. */
export function* marksIn({ marks, reachMs }: Lane, from: number, to: number): Iterable<Mark> {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle]?.begin ?? 0) < from - reachMs) low = middle + 1
    else high = middle
  }
  for (let i = low; i < marks.length; i++) {
    const mark = marks[i]
    if (!mark || mark.begin > to + reachMs) return
    yield mark
  }
}

const severities: readonly (Severity | null)[] = [null, 'note', 'warning', 'error']

const worseOf = (a: Severity | null, b: Severity | null): Severity | null =>
  severities.indexOf(a) > severities.indexOf(b) ? a : b

const order: readonly Lane['kind'][] = ['manifest', 'video', 'audio', 'other']

export const isManifest = ({ kind }: Row): boolean =>
  kind === 'mpd' || kind === 'playlist' || kind === 'manifest'

function laneOf(row: Row): { name: string; kind: Lane['kind'] } {
  if (isManifest(row)) return { name: 'manifests', kind: 'manifest' }
  if (row.track === null) return { name: 'other', kind: 'other' }
  return { name: row.track, kind: kindOfName(row.track, row.path) }
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

/** When an upload began to come; a part of a long request, when it had come. */
export const arrivalOf = ({ startedAt, ms, partOf }: Row): number =>
  partOf === null ? startedAt : startedAt + ms

function markOf(row: Row, axis: Axis, anchors: Anchors): OpenMark {
  const { startedAt, ms, decodeTime, duration, timescale, bytes } = row
  const [firstByte, lastByte] = [arrivalOf(row), startedAt + ms]
  const durationMs = duration !== null && timescale ? (duration / timescale) * 1_000 : null
  const request = { row, firstByte, lastByte }
  const bitrate = durationMs ? (bytes * 8_000) / durationMs : null
  if (decodeTime === null || !timescale) {
    const end = firstByte + (durationMs ?? 0)
    return { ...request, begin: firstByte, end, mediaEnd: end, delay: null, bitrate }
  }
  const mediaMs = (decodeTime / timescale) * 1_000
  const anchor = anchors.of(row, mediaMs)
  const ideal = anchor.wall + mediaMs - anchor.media
  const begin = axis === 'media' ? ideal : firstByte
  return {
    ...request,
    begin,
    end: begin + (durationMs ?? 0),
    mediaEnd: begin + (durationMs ?? 0),
    delay: lastByte - (ideal + (durationMs ?? 0)),
    bitrate,
  }
}

/** The stretch between two segments of one session whose media does not meet; null where it does. */
function gapBetween(before: Mark, mark: Mark): readonly [number, number] | null {
  const [one, next] = [before.row, mark.row]
  if (one.session !== next.session || one.timescale !== next.timescale) return null
  if (one.decodeTime === null || one.duration === null || next.decodeTime === null) return null
  const missing = next.decodeTime - one.decodeTime - one.duration
  if (missing <= one.duration * 0.05 || before.end >= mark.begin) return null
  return [before.end, mark.begin]
}
