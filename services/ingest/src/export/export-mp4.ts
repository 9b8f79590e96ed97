import { Refusal } from '../lib/refusal.ts'
import type { InitView, PlacedMedia } from '../playback/init-view.ts'
import { type TrackSegments, timelineOf } from '../playback/playback-timeline.ts'
import type { PlayableSegment } from '../playback/ports.ts'
import type { Playback, SessionName } from '../playback/read-playback.ts'
import { type SegmentTime, segmentTimeOf, successionOf } from '../playback/succession.ts'
import type { OpenUpload } from '../uploads/ports.ts'
import { joinedHeader } from './joined-header.ts'
import { renumberSegment } from './renumber-segment.ts'

/** A file whose length is known before its first byte. */
interface ExportFile {
  readonly bytes: number
  /** May be read once. Throws the refusal `object-unknown` when an upload is gone meanwhile. */
  content(): AsyncIterable<Buffer>
}

/**
 * All tracks of a session that can be played, in one fragmented MP4. Throws the refusals `stream-unknown`,
 * `object-unknown` and, where there is nothing to join, `media-unsupported`.
 */
export type ExportMp4 = (session: SessionName) => Promise<ExportFile>

/** A segment is held whole while it is renumbered; those of cameras have some MiB. */
const maxSegmentBytes = 67_108_864

interface TimedSegment {
  readonly segment: PlayableSegment
  readonly trackId: number
  readonly originTime: bigint
  readonly startSeconds: number
}

export function exportMp4With(playback: Pick<Playback, 'tracks'>, open: OpenUpload): ExportMp4 {
  return async function exportMp4({ stream, session }) {
    const { view, tracks } = await playback.tracks({ stream, session })
    const timeline = timelineOf(tracks)
    if (!timeline) throw nothing(session)
    const ranked = rank(tracks.flatMap(exportable))
    const placed = timedSegmentsOf(ranked, timeline.hasOwnClocks)
    if (placed.length === 0) throw nothing(session)
    for (const { segment } of placed) assertFits(segment.bytes)
    const inits = await Promise.all(ranked.map(({ init }) => readAll(stream, init.upload)))
    const header = joinedHeader(
      inits.map((init, i) => ({ init, trackId: i + 1 })),
      view.phase === 'open' ? null : timeline.endSeconds,
    )
    if (!header) throw new Refusal('media-unsupported', `an init segment of session ${session} lacks boxes`)
    const bytes = placed.reduce((sum, { segment }) => sum + segment.bytes, header.length)
    return { bytes, content: () => contentOf(stream, header, placed) }
  }

  async function* contentOf(
    stream: string,
    header: Buffer,
    placed: readonly TimedSegment[],
  ): AsyncIterable<Buffer> {
    yield header
    let [at, sequence] = [header.length, 1]
    for (const { segment, trackId, originTime } of placed) {
      const bytes = await readAll(stream, segment.upload)
      sequence = renumberSegment(bytes, { trackId, sequence, originTime, at })
      at += bytes.length
      yield bytes
    }
  }

  async function readAll(stream: string, upload: string): Promise<Buffer> {
    await using file = await open(stream, upload)
    assertFits(file.bytes)
    return file.read(0, file.bytes)
  }
}

function assertFits(bytes: number): void {
  if (bytes > maxSegmentBytes)
    throw new Refusal('media-unsupported', `a segment has more than ${maxSegmentBytes} bytes`)
}

interface ExportedTrack {
  readonly init: InitView
  readonly segments: readonly PlayableSegment[]
}

/** The segments without a fault of a track; where it has init segments of other bytes, those of the one that has most. */
function exportable({ segments }: TrackSegments): readonly ExportedTrack[] {
  const sound = segments.filter(({ isSound }) => isSound)
  const byInit = [...Map.groupBy(sound, ({ initView }) => initView.sha256).values()]
  const [most] = byInit.sort((one, other) => other.length - one.length)
  const init = most?.[0]?.initView
  return most && init ? [{ init, segments: withoutOverlaps(most) }] : []
}

/** Keeps the newer of two segments at one decode time, and leaves out those that overlap the one before them. */
function withoutOverlaps(segments: readonly PlacedMedia[]): readonly PlacedMedia[] {
  const exported: PlacedMedia[] = []
  let before: SegmentTime | null = null
  for (const segment of segments) {
    const succession = successionOf(before, segment)
    if (succession === 'overlap') continue
    if (succession === 'again') exported.pop()
    before = segmentTimeOf(segment)
    exported.push(segment)
  }
  return exported
}

/** Pictures first: some players show the first track only. */
const rank = (tracks: readonly ExportedTrack[]): readonly ExportedTrack[] =>
  tracks.toSorted((one, other) => Number(other.init.handler === 'vide') - Number(one.init.handler === 'vide'))

/**
 * All segments in the order of their decode times, counted from the first of all or, with own clocks, of their track.
 */
function timedSegmentsOf(tracks: readonly ExportedTrack[], hasOwnClocks: boolean): readonly TimedSegment[] {
  const firsts = tracks.map(({ init, segments: [first] }) => (first?.decodeTime ?? 0) / init.timescale)
  const common = Math.min(...firsts)
  const placed = tracks.flatMap(({ init, segments }, i) => {
    const origin = hasOwnClocks ? (firsts[i] ?? 0) : common
    const originTime = BigInt(Math.round(origin * init.timescale))
    return segments.map((segment) => ({
      segment,
      trackId: i + 1,
      originTime: originTime - BigInt(segment.shift),
      startSeconds: segment.decodeTime / init.timescale - origin,
    }))
  })
  return placed.sort((one, other) => one.startSeconds - other.startSeconds)
}

const nothing = (session: string) =>
  new Refusal('object-unknown', `session ${session} has no segment without faults that can be played`)
