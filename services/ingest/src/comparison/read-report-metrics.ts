import type { ReportMetrics } from '@pushav/shared/api/evidence/compare.ts'
import type { ReadLatency, TrackLatency } from '../latency/latency-view.ts'
import type { ReadMetrics, TrackTotals, UploadTotals } from './metrics-view.ts'

/**
 * The numbers of a report, of one session or of all; undefined for a session of which nothing was counted. Throws the
 * refusal `stream-unknown`.
 */
export type ReadReportMetrics = (stream: string, session: string | null) => Promise<ReportMetrics | undefined>

export function readReportMetricsWith(readMetrics: ReadMetrics, readLatency: ReadLatency): ReadReportMetrics {
  return async function readReportMetrics(stream, session) {
    const totals = (await readMetrics(stream)).totals(session)
    return totals ? metricsOf(totals, (await readLatency(stream)).tracks(session)) : undefined
  }
}

function metricsOf(totals: UploadTotals, latencies: readonly TrackLatency[]): ReportMetrics {
  const { uploads, bytes, sessions, withErrors, withWarnings, retries, cutOff, statuses, tracks } = totals
  const byTrack = Map.groupBy(latencies, ({ track }) => track)
  return {
    uploads,
    bytes,
    sessions: sessions.size,
    with_errors: withErrors,
    with_warnings: withWarnings,
    retries,
    cut_off: cutOff,
    statuses: Object.fromEntries([...statuses].map(([status, count]) => [String(status), count])),
    tracks: [...tracks].map(([track, facts]) => ({
      ...trackMetrics(track, facts),
      latency: greatest(byTrack.get(track) ?? []),
    })),
  }
}

function trackMetrics(
  track: string,
  { codec, width, height, segments, bytes, seconds, ...facts }: TrackTotals,
) {
  const mean = seconds / segments
  const variance = Math.max(0, facts.squaredSeconds / segments - mean * mean)
  return {
    track,
    codec,
    width,
    height,
    segments,
    media_seconds: toMillis(seconds) / 1_000,
    bitrate: segments === 0 ? null : Math.round((bytes * 8) / seconds),
    segment_ms:
      segments === 0
        ? null
        : {
            mean: toMillis(mean),
            deviation: toMillis(Math.sqrt(variance)),
            min: toMillis(facts.shortest),
            max: toMillis(facts.longest),
          },
  }
}

const toMillis = (seconds: number): number => Math.round(seconds * 1_000)

/** The latency of the session with the greatest median, among those that were measured like the newest. */
function greatest(sessions: readonly TrackLatency[]): ReportMetrics['tracks'][number]['latency'] {
  const source = sessions.at(-1)?.source
  const comparable = sessions.filter((one) => one.source === source)
  const [worst] = comparable.toSorted((one, other) => other.p50 - one.p50)
  if (!worst) return null
  const { source: by, producedMs, p50: p50_ms, p99: p99_ms, max: max_ms } = worst
  const produced_from = producedMs === null ? null : new Date(producedMs).toISOString()
  return { source: by, produced_from, p50_ms, p99_ms, max_ms }
}
