import type { LatencyResponse } from '@pushav/shared/api/latency.ts'
import type { TrackLatency } from '../latency-view.ts'

/** At most this many tracks, the newest. */
const maxTracks = 1_000

export const latencyResponse = (tracks: readonly TrackLatency[]): LatencyResponse =>
  tracks.slice(-maxTracks).map((track) => ({
    session: track.session,
    track: track.track,
    source: track.source,
    segments: track.segments,
    min_ms: track.min,
    p50_ms: track.p50,
    p90_ms: track.p90,
    p99_ms: track.p99,
    max_ms: track.max,
    slowest: track.slowest.map(({ upload, path, ms }) => ({ upload, path, ms })),
  }))
