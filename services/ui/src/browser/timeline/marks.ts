import type { Row, Severity } from '../api/types.ts'
import { type Axis, type Mark, markOf, type OpenMark } from './mark.ts'
import { createAnchors } from './media-clock.ts'
import { type GrowingMarks, tidy } from './tidy-marks.ts'

/** The uploads of one track, all manifests, or all other uploads. Times are in milliseconds since 1970. */
export interface Lane {
  readonly name: string
  readonly kind: 'manifest' | 'video' | 'audio' | 'other'
  /** Marks in the order of `begin`. */
  readonly marks: readonly Mark[]
  /** Ranges in which media is missing. */
  readonly gaps: readonly (readonly [from: number, to: number])[]
  readonly errors: number
  /** The farthest that a mark reaches from its `begin`, to either side, in milliseconds. */
  readonly reachMs: number
}

export interface Lanes {
  readonly lanes: readonly Lane[]
  readonly from: number
  readonly to: number
  /** The begin of the media axis: when the first media arrived. */
  readonly origin: number
  /** Uploads by the tenth of a second in which they began, for the minimap. */
  readonly tenths: ReadonlyMap<number, Tenth>
}

/** The uploads that began within a tenth of a second. */
export interface Tenth {
  readonly bytes: number
  readonly worst: Severity | null
}

/** Lanes that grow as rows arrive. */
export interface LaneBuilder {
  add(rows: Iterable<Row>): void
  lanes(): Lanes
}

interface OpenLane extends Lane, GrowingMarks {
  readonly marks: OpenMark[]
  gaps: GrowingMarks['gaps']
  errors: number
  reachMs: number
}

type KindOf = (track: string) => Lane['kind'] | null

/** The lanes of rows, which must be in the order of arrival: manifests, then video, audio and other tracks. */
export function lanesOf(rows: readonly Row[], axis: Axis, kindOf: KindOf): Lanes {
  const builder = createLanes(axis, kindOf)
  builder.add(rows)
  return builder.lanes()
}

/** Creates lanes for a log that grows. Each row is processed once. */
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

  /** The lane with the kind of its track, which may become known only after the first upload. */
  function withKind(lane: OpenLane): Lane {
    if (lane.kind === 'manifest' || lane.name === 'other') return lane
    return { ...lane, kind: kindOf(lane.name) ?? lane.kind }
  }
}

/** The marks of a lane that may reach into a range of time. */
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

const isManifest = ({ kind }: Row): boolean => kind === 'mpd' || kind === 'playlist' || kind === 'manifest'

function laneOf(row: Row): { name: string; kind: Lane['kind'] } {
  if (isManifest(row)) return { name: 'manifests', kind: 'manifest' }
  if (row.track === null) return { name: 'other', kind: 'other' }
  return { name: row.track, kind: kindOfName(row.track, row.path) }
}

function kindOfName(track: string, path: string): Lane['kind'] {
  if (/video|\.cmfv$/i.test(`${track} ${path}`)) return 'video'
  return /audio|\.cmfa$/i.test(`${track} ${path}`) ? 'audio' : 'other'
}
