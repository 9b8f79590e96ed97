import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { createUploadViews, type LogOfStream, type ReadLogView } from '../streams/log-views.ts'
import { arrivalOffsetOf, producerLatencyOf } from './segment-latency.ts'

/** How late the segments of a stream came. */
export interface LatencyView {
  readonly position: number
  add(judged: JudgedUpload): void
  /** The tracks of one session, or with null of all, in the order of their first segments. */
  tracks(session: string | null): readonly TrackLatency[]
}

/** How late the segments of one track came, in milliseconds. */
export interface TrackLatency {
  readonly session: string
  readonly track: string
  /**
   * `prft`: after the last sample was made. `arrival`: after it would have come had it been as fast as the fastest
   * segment of the track.
   */
  readonly source: 'prft' | 'arrival'
  /** By prft: when the first sample of the first segment was made, Unix milliseconds; null by arrival. */
  readonly producedMs: number | null
  readonly segments: number
  readonly min: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** The slowest ones, the slowest first. */
  readonly slowest: readonly { readonly upload: string; readonly path: string; readonly ms: number }[]
}

export type ReadLatency = ReadLogView<LatencyView>

export const readLatencyWith = (index: LogOfStream): ReadLatency =>
  createUploadViews(index, createLatencyView)

interface Samples {
  readonly session: string
  readonly track: string
  /** Latencies of segments with prft. */
  readonly produced: Sample[]
  /** Arrival offsets of all segments, see `arrivalOffsetOf`. */
  readonly arrived: Sample[]
  /** Producer time of the first segment that has one. */
  producedMs: number | null
}

interface Sample {
  readonly upload: string
  readonly path: string
  readonly ms: number
}

/** Segments of one track whose times are kept. */
const maxSamples = 100_000
const maxTracks = 10_000
const maxSlowest = 3

export function createLatencyView(): LatencyView {
  const tracks = new Map<string, Samples>()
  let position = 0
  return {
    get position() {
      return position
    },
    add,
    tracks: (session) =>
      [...tracks.values()]
        .filter((samples) => session === null || samples.session === session)
        .flatMap((samples) => summaryOf(samples) ?? []),
  }

  function add({ upload, session, track, media, position: at }: JudgedUpload): void {
    position = at + 1
    if (!media?.isPlayable || session === null || track === null) return
    const receivedMs = Date.parse(upload.receivedAt)
    const samples = samplesOf(session, track)
    if (!samples || samples.arrived.length >= maxSamples) return
    const [produced, arrived] = [producerLatencyOf(media, receivedMs), arrivalOffsetOf(media, receivedMs)]
    const { id, path } = upload
    if (produced !== null) {
      samples.produced.push({ upload: id, path, ms: produced })
      samples.producedMs ??= media.producerAtMs
    }
    if (arrived !== null) samples.arrived.push({ upload: id, path, ms: arrived })
  }

  function samplesOf(session: string, track: string): Samples | null {
    const key = `${session}/${track}`
    const known = tracks.get(key)
    if (known || tracks.size >= maxTracks) return known ?? null
    const samples: Samples = { session, track, produced: [], arrived: [], producedMs: null }
    tracks.set(key, samples)
    return samples
  }
}

/** The latency of a track: by prft where most segments have that, else by arrival. */
function summaryOf({ session, track, produced, arrived, producedMs }: Samples): TrackLatency | null {
  const isProduced = produced.length * 2 > arrived.length
  const samples = (isProduced ? produced : arrived).toSorted((one, other) => one.ms - other.ms)
  const base = isProduced ? 0 : (samples[0]?.ms ?? 0)
  const values = samples.map(({ ms }) => Math.round(ms - base))
  const [min, max] = [values[0], values.at(-1)]
  if (min === undefined || max === undefined) return null
  return {
    session,
    track,
    source: isProduced ? 'prft' : 'arrival',
    segments: values.length,
    producedMs: isProduced ? producedMs : null,
    min,
    p50: percentile(values, 0.5),
    p90: percentile(values, 0.9),
    p99: percentile(values, 0.99),
    max,
    slowest: samples
      .slice(-maxSlowest)
      .toReversed()
      .map(({ ms, ...sample }) => ({ ...sample, ms: Math.round(ms - base) })),
  }
}

/** The smallest value that this share of all values does not exceed; values in ascending order, at least one. */
const percentile = (values: readonly number[], share: number): number =>
  values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0
