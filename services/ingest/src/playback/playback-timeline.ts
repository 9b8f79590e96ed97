import { type InitView, isSameRun, type PlacedMedia } from './init-view.ts'
import type { LeftSegments } from './left-segments.ts'
import type { PlayableSegment } from './ports.ts'
import { type SegmentTime, segmentTimeOf, successionOf } from './succession.ts'

/** One track of a session, as far as it is played. */
export interface TrackSegments {
  readonly name: string
  /** The first segment of all, also where earlier ones than the window's are left out. */
  readonly first: PlayableSegment
  readonly firstInit: InitView
  readonly segments: readonly PlacedMedia[]
  /** Segments before the window. */
  readonly left: LeftSegments
}

/** Segments of one track that have one init segment and times that count on, without overlaps. */
export interface PeriodTrack {
  readonly name: string
  readonly init: InitView
  /** Decode time at which the period begins, as its segments have it. */
  readonly offset: number
  /** How much later the segments are placed than their own times say. */
  readonly shift: number
  readonly segments: readonly PlayableSegment[]
}

/** Seconds count from the beginning of the session. */
export interface Period {
  readonly startSeconds: number
  readonly tracks: readonly PeriodTrack[]
}

export interface Timeline {
  readonly periods: readonly Period[]
  /** The number of periods before these that have left the window. */
  readonly leftPeriods: number
  /** Unix time at which second 0 was made, by the arrival of the first segment. */
  readonly startMs: number
  readonly endSeconds: number
  readonly maxSegmentSeconds: number
  /** Tracks whose clocks have nothing in common: each counts from its own first segment. */
  readonly hasOwnClocks: boolean
  /** Segments that begin before the one before them ends. */
  readonly overlaps: readonly { readonly track: string; readonly decodeTime: number }[]
}

/** Clocks that lie further apart than this have nothing in common. */
const maxClockDistanceSeconds = 10
/** Tracks that change their init segments this close together begin one period. */
const switchToleranceSeconds = 1

/** The timeline of a session's tracks; null when none of them has a segment. */
export function timelineOf(tracks: readonly TrackSegments[]): Timeline | null {
  const origins = originsOf(tracks)
  const cleaned = tracks.map((track, i) => withoutOverlaps(track, origins.seconds[i] ?? 0))
  const placed = cleaned.flatMap(({ placed }) => placed)
  if (placed.length === 0) return null
  const starts = clusterStarts(switchesOf(cleaned))
  const periods = starts
    .map((_start, index) => periodOf(index, starts, cleaned))
    .filter(({ tracks }) => tracks.length > 0)
  return {
    periods,
    leftPeriods: Math.max(0, clusterStarts(allSwitchesOf(tracks, cleaned)).length - starts.length),
    startMs: startMsOf(tracks, origins.seconds),
    endSeconds: greatest(placed, ({ end }) => end),
    maxSegmentSeconds: greatest(placed, ({ start, end }) => end - start),
    hasOwnClocks: origins.areOwn,
    overlaps: cleaned.flatMap(({ overlaps }) => overlaps),
  }
}

interface PlacedSegment {
  readonly segment: PlacedMedia
  readonly start: number
  readonly end: number
}

interface CleanTrack {
  readonly name: string
  readonly origin: number
  readonly placed: readonly PlacedSegment[]
  readonly overlaps: Timeline['overlaps']
}

/** Where each track's second 0 is on its own clock. */
function originsOf(tracks: readonly TrackSegments[]) {
  const firsts = tracks.map(({ first, firstInit }) => first.decodeTime / firstInit.timescale)
  const [low, high] = [Math.min(...firsts), Math.max(...firsts)]
  const areOwn = high - low > maxClockDistanceSeconds
  return { areOwn, seconds: areOwn ? firsts : firsts.map(() => low) }
}

/** Keeps the newer of two segments at one decode time; leaves out one that begins before the one before it ends. */
function withoutOverlaps({ name, segments, left }: TrackSegments, origin: number): CleanTrack {
  const placed: PlacedSegment[] = []
  const overlaps: { track: string; decodeTime: number }[] = []
  let before: SegmentTime | null = left.last
  for (const segment of segments) {
    const { decodeTime, initView } = segment
    const succession = successionOf(before, segment)
    if (succession === 'overlap') {
      overlaps.push({ track: name, decodeTime })
      continue
    }
    if (succession === 'again') placed.pop()
    before = segmentTimeOf(segment)
    placed.push({ segment, start: decodeTime / initView.timescale - origin, end: before.end - origin })
  }
  return { name, origin, placed, overlaps }
}

/** When tracks change to another init segment or clip; the first is the beginning. */
function switchesOf(tracks: readonly CleanTrack[]): number[] {
  const times = tracks.flatMap(({ placed }) =>
    placed
      .filter(({ segment }, i) => i > 0 && !isSameRun(segment, placed[i - 1]?.segment))
      .map(({ start }) => start),
  )
  const begin = Math.min(...tracks.flatMap(({ placed }) => placed.slice(0, 1).map(({ start }) => start)))
  return [begin, ...times].sort(byValue)
}

/** The switches from the beginning of the session on, with those of segments that have left the window. */
function allSwitchesOf(tracks: readonly TrackSegments[], cleaned: readonly CleanTrack[]): readonly number[] {
  const firsts: number[] = []
  const times = switchesOf(cleaned).slice(1)
  for (const [i, { first, firstInit, left }] of tracks.entries()) {
    const { origin = 0, placed: [next] = [] } = cleaned[i] ?? {}
    firsts.push(first.decodeTime / firstInit.timescale - origin)
    for (const seconds of left.switches) times.push(seconds - origin)
    if (next && left.last && !isSameRun(next.segment, left.last)) times.push(next.start)
  }
  return [Math.min(...firsts), ...times.sort(byValue)]
}

/** Like `Math.max`; a session may have more segments than a function takes arguments. */
export const greatest = <One>(all: readonly One[], of: (one: One) => number): number =>
  all.reduce((found, one) => Math.max(found, of(one)), Number.NEGATIVE_INFINITY)

const byValue = (one: number, other: number): number => one - other

function clusterStarts(switches: readonly number[]): readonly number[] {
  const starts: number[] = []
  for (const time of switches) {
    const last = starts.at(-1)
    if (last === undefined || time - last > switchToleranceSeconds) starts.push(time)
  }
  return starts
}

function periodOf(index: number, starts: readonly number[], tracks: readonly CleanTrack[]): Period {
  const inside = tracks.map((track) => ({ track, placed: segmentsIn(index, starts, track.placed) }))
  const used = inside.filter(({ placed }) => placed.length > 0)
  const startSeconds = Math.min(...used.map(({ placed }) => placed[0]?.start ?? 0))
  return {
    startSeconds,
    tracks: used.map(({ track, placed }) => periodTrackOf(track, placed, startSeconds)),
  }
}

/** A period's segments: those with the init segment that the track has after its change near the period's beginning. */
function segmentsIn(
  index: number,
  starts: readonly number[],
  placed: readonly PlacedSegment[],
): readonly PlacedSegment[] {
  const from = beginOf(starts[index] ?? 0, placed)
  const next = starts[index + 1]
  const to = next === undefined ? placed.length : beginOf(next, placed)
  const inside = placed.slice(from, to)
  const [first] = inside
  return inside.filter(({ segment }) => isSameRun(segment, first?.segment))
}

/** The first segment of a period that begins at a time: where the track changes soon after it, that one. */
function beginOf(start: number, placed: readonly PlacedSegment[]): number {
  const at = firstFrom(start - 0.001, placed)
  for (let i = Math.max(at, 1); i < placed.length; i++) {
    const one = placed[i]
    if (!one || one.start > start + switchToleranceSeconds) break
    if (!isSameRun(one.segment, placed[i - 1]?.segment)) return i
  }
  return at
}

/** Where the first segment is that begins at a time or later; their number where none does. */
function firstFrom(start: number, placed: readonly PlacedSegment[]): number {
  let [from, to] = [0, placed.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((placed[middle]?.start ?? start) < start) from = middle + 1
    else to = middle
  }
  return from
}

function periodTrackOf(
  { name, origin }: CleanTrack,
  placed: readonly PlacedSegment[],
  startSeconds: number,
): PeriodTrack {
  const [first] = placed
  if (!first) throw new Error('a track of a period has segments')
  const { initView: init, shift } = first.segment
  const offset = Math.round((startSeconds + origin) * init.timescale) - shift
  return { name, init, offset, shift, segments: placed.map(({ segment }) => segment) }
}

/** The first segment to arrive tells when second 0 was: it cannot have been made later. */
function startMsOf(tracks: readonly TrackSegments[], origins: readonly number[]): number {
  const starts = tracks.map(({ first, firstInit }, i) => {
    const end = (first.decodeTime + first.duration) / firstInit.timescale - (origins[i] ?? 0)
    return first.receivedMs - end * 1_000
  })
  return Math.min(...starts)
}
