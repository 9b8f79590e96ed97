import type { ComparisonRow, ComparisonVerdict, ReportMetrics } from '../api/evidence/compare.ts'
import { compareShares, type Share, shareTolerance } from './compare-share.ts'

type TrackMetrics = ReportMetrics['tracks'][number]
type Row = Omit<ComparisonRow, 'about' | 'severity'>

/** The difference up to which two values count as equal: the greater of both fields. */
interface Tolerance {
  /** As a share of the first value. */
  readonly relative: number
  /** In the unit of the values. */
  readonly atLeast: number
}

const bitrateTolerance: Tolerance = { relative: 0.1, atLeast: 1_000 }
const durationTolerance: Tolerance = { relative: 0.05, atLeast: 20 }
const spreadTolerance: Tolerance = { relative: 0.1, atLeast: 20 }
/** Wide, because the latency of segments depends on the network, too. */
const latencyTolerance: Tolerance = { relative: 0.2, atLeast: 250 }

/** Compares all counts and measurements of two recordings. Tracks are matched by their names. */
export function compareMetrics(a: ReportMetrics, b: ReportMetrics): readonly ComparisonRow[] {
  const names = [...new Set([...a.tracks, ...b.tracks].map(({ track }) => track))]
  const rows = [
    ...compareCounts(a, b),
    ...compareStatuses(a, b),
    ...names.flatMap((name) => compareTracks(name, trackIn(a, name), trackIn(b, name))),
  ]
  return rows.map((row) => ({ about: 'metric', severity: null, ...row }))
}

const trackIn = ({ tracks }: ReportMetrics, name: string): TrackMetrics | null =>
  tracks.find(({ track }) => track === name) ?? null

const compareCounts = (a: ReportMetrics, b: ReportMetrics): readonly Row[] =>
  (['with_errors', 'with_warnings', 'retries', 'cut_off'] as const).map((name) =>
    shareRow(name, { count: a[name], of: a.uploads }, { count: b[name], of: b.uploads }),
  )

/** Compares the shares of statuses. Less is better from 400 on; a difference of other statuses is neither. */
function compareStatuses(a: ReportMetrics, b: ReportMetrics): readonly Row[] {
  const statuses = [...new Set([...Object.keys(a.statuses), ...Object.keys(b.statuses)])].sort()
  return statuses.map((status) => {
    const count = ({ statuses }: ReportMetrics) => statuses[status] ?? 0
    const row = shareRow(
      `status ${status}`,
      { count: count(a), of: a.uploads },
      { count: count(b), of: b.uploads },
    )
    return Number(status) < 400 ? { ...row, verdict: neutral(row.verdict) } : row
  })
}

function shareRow(name: string, a: Share, b: Share): Row {
  return {
    name,
    track: null,
    a: percentOf(a),
    b: percentOf(b),
    unit: '%',
    tolerance: rounded(shareTolerance(a, b) * 100),
    verdict: compareShares(a, b),
  }
}

const percentOf = ({ count, of }: Share): number => (of ? rounded((count / of) * 100) : 0)

function compareTracks(track: string, a: TrackMetrics | null, b: TrackMetrics | null): readonly Row[] {
  if (!a || !b) {
    const [verdict, shown] = a
      ? (['worse', ['sent', null]] as const)
      : (['different', [null, 'sent']] as const)
    return [{ name: 'track', track, a: shown[0], b: shown[1], unit: null, tolerance: null, verdict }]
  }
  return [
    textRow('codec', track, a.codec, b.codec),
    textRow('size', track, sizeOf(a), sizeOf(b)),
    numberRow(
      { name: 'bitrate', track, unit: 'bit/s', tolerance: bitrateTolerance, judge: neutral },
      a.bitrate,
      b.bitrate,
    ),
    ...compareDurations(track, a.segment_ms, b.segment_ms),
    ...compareLatencies(track, a.latency, b.latency),
  ].filter((row) => row.a !== null || row.b !== null)
}

const sizeOf = ({ width, height }: TrackMetrics): string | null =>
  width === null || height === null ? null : `${width}x${height}`

const compareDurations = (
  track: string,
  a: TrackMetrics['segment_ms'],
  b: TrackMetrics['segment_ms'],
): readonly Row[] => [
  numberRow(
    { name: 'segment duration', track, unit: 'ms', tolerance: durationTolerance, judge: neutral },
    a?.mean,
    b?.mean,
  ),
  numberRow(
    { name: 'segment duration spread', track, unit: 'ms', tolerance: spreadTolerance, judge: lessIsBetter },
    a?.deviation,
    b?.deviation,
  ),
]

/**
 * Compares latencies. With different ways of measuring, a difference is neither better nor worse. Leaves latencies out
 * when one recording is a replay of the other: its producer times are those of the original.
 */
function compareLatencies(
  track: string,
  a: TrackMetrics['latency'],
  b: TrackMetrics['latency'],
): readonly Row[] {
  if (a?.produced_from && a.produced_from === b?.produced_from) return []
  const judge = a && b && a.source !== b.source ? neutral : lessIsBetter
  return (['p50', 'p99', 'max'] as const).map((part) => {
    const key = `${part}_ms` as const
    const metric = { name: `latency ${part}`, track, unit: 'ms', tolerance: latencyTolerance, judge } as const
    return numberRow(metric, a?.[key], b?.[key])
  })
}

function textRow(name: string, track: string, a: string | null, b: string | null): Row {
  const verdict = a === b ? 'equal' : 'different'
  return { name, track, a, b, unit: null, tolerance: null, verdict }
}

type Judge = (verdict: ComparisonVerdict) => ComparisonVerdict
const lessIsBetter: Judge = (verdict) => verdict
const neutral: Judge = (verdict) => (verdict === 'equal' ? 'equal' : 'different')

/** A metric with numbers as values, and how they are compared. */
interface NumberMetric {
  readonly name: string
  readonly track: string
  readonly unit: Row['unit']
  readonly tolerance: Tolerance
  readonly judge: Judge
}

function numberRow(
  { name, track, unit, tolerance: { relative, atLeast }, judge }: NumberMetric,
  a: number | null | undefined,
  b: number | null | undefined,
): Row {
  if (typeof a !== 'number' || typeof b !== 'number') {
    const verdict = typeof a === typeof b ? 'equal' : 'different'
    return { name, track, a: a ?? null, b: b ?? null, unit, tolerance: null, verdict }
  }
  const tolerance = Math.max(Math.abs(a) * relative, atLeast)
  return {
    name,
    track,
    a: rounded(a),
    b: rounded(b),
    unit,
    tolerance: rounded(tolerance),
    verdict: judge(compareNumbers(a, b, tolerance)),
  }
}

/** The verdict on `b` against `a`. Less is better. */
function compareNumbers(a: number, b: number, tolerance: number): ComparisonVerdict {
  if (Math.abs(b - a) <= tolerance) return 'equal'
  return b > a ? 'worse' : 'better'
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
