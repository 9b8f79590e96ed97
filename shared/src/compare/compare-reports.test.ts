import { deepEqual, equal } from 'node:assert/strict'
import type { ReportMetrics } from '../api/evidence/compare.ts'
import { type ComparedReport, compareReports } from './compare-reports.ts'
import type { RuleResult } from './compare-rules.ts'

const rule = (code: string, facts: Partial<RuleResult> = {}): RuleResult => ({
  ...{ code, severity: 'error', result: 'met', count: 0 },
  ...facts,
})
const violated = (count: number, severity: RuleResult['severity'] = 'error') =>
  ({ result: 'violated', count, severity }) as const

const track: ReportMetrics['tracks'][number] = {
  ...{ track: 'video', codec: 'avc1.4d401f', width: 1_280, height: 720, segments: 40, media_seconds: 160 },
  bitrate: 2_000_000,
  segment_ms: { mean: 4_000, deviation: 100, min: 3_900, max: 4_100 },
  latency: { source: 'prft', p50_ms: 1_000, p99_ms: 2_000, max_ms: 3_000 },
}
const metrics: ReportMetrics = {
  ...{
    uploads: 100,
    bytes: 40_000_000,
    sessions: 1,
    with_errors: 0,
    with_warnings: 10,
    retries: 0,
    cut_off: 2,
  },
  ...{ statuses: { 202: 98 }, tracks: [track] },
}

const report = (rules: readonly RuleResult[], more?: Partial<ReportMetrics>): ComparedReport => ({
  ...{ stream_id: 1, session: null, rules },
  metrics: { ...metrics, ...more },
})
const withTrack = (more: Partial<typeof track>) => report([], { tracks: [{ ...track, ...more }] })

/** The rows that are not equal: name and verdict. */
const changesBetween = (a: ComparedReport, b: ComparedReport) =>
  compareReports(a, b)
    .rows.filter(({ verdict }) => verdict !== 'equal')
    .map(({ name, verdict }) => `${name} ${verdict}`)

describe('compareReports', () => {
  it('finds a report equal to itself', () => {
    const one = report([
      rule('met'),
      rule('violated', violated(3)),
      rule('idle', { result: 'not-exercised' }),
    ])
    const { verdict, counts } = compareReports(one, one)
    deepEqual(
      [verdict, counts.equal > 15, counts.worse + counts.better + counts.different],
      ['equal', true, 0],
    )
  })

  it('judges a rule by its result, its severity and the share of the uploads', () => {
    const cases: readonly (readonly [Partial<RuleResult>, Partial<RuleResult>, string])[] = [
      [{}, violated(1), 'worse'],
      [violated(1), {}, 'better'],
      [{ result: 'not-exercised' }, violated(1), 'worse'],
      [violated(1), { result: 'not-exercised' }, 'different'],
      [{ result: 'not-exercised' }, {}, 'different'],
      [violated(10), violated(11), 'equal'],
      [violated(10), violated(12), 'worse'],
      [violated(10), violated(8), 'better'],
      [violated(5, 'warning'), violated(1, 'error'), 'worse'],
      [violated(1, 'error'), violated(5, 'warning'), 'better'],
      [{ severity: 'note' }, violated(50, 'note'), 'different'],
    ]
    for (const [a, b, expected] of cases)
      deepEqual(
        compareReports(report([rule('one', a)]), report([rule('one', b)])).rows[0]?.verdict,
        expected,
        JSON.stringify([a, b]),
      )
  })

  it('takes recordings of different lengths', () => {
    const long = report([rule('one', violated(20))], {
      uploads: 200,
      with_warnings: 20,
      cut_off: 4,
      statuses: { 202: 196 },
    })
    equal(compareReports(report([rule('one', violated(10))]), long).verdict, 'equal')
    equal(
      compareReports(
        report([rule('one', violated(20))]),
        report([rule('one', violated(20))], { uploads: 50 }),
      ).verdict,
      'worse',
    )
  })

  it('names each metric that is worse or better', () => {
    deepEqual(
      changesBetween(report([]), report([], { with_errors: 1, retries: 3, cut_off: 0, with_warnings: 5 })),
      ['with_errors worse', 'with_warnings better', 'retries worse', 'cut_off better'],
    )
    deepEqual(changesBetween(report([]), report([], { statuses: { 202: 60, 503: 38 } })), [
      'status 202 different',
      'status 503 worse',
    ])
  })

  it('names each change of a track', () => {
    deepEqual(changesBetween(withTrack({}), withTrack({ bitrate: 2_100_000 })), [])
    deepEqual(
      changesBetween(withTrack({}), withTrack({ bitrate: 3_000_000, codec: 'hvc1', height: 1_080 })),
      ['codec different', 'size different', 'bitrate different'],
    )
    deepEqual(
      changesBetween(
        withTrack({}),
        withTrack({ segment_ms: { mean: 4_000, deviation: 900, min: 1, max: 9_000 } }),
      ),
      ['segment duration spread worse'],
    )
    deepEqual(
      changesBetween(
        withTrack({}),
        withTrack({ latency: { source: 'prft', p50_ms: 100, p99_ms: 2_100, max_ms: 9_000 } }),
      ),
      ['latency p50 better', 'latency max worse'],
    )
    deepEqual(
      changesBetween(
        withTrack({}),
        withTrack({ latency: { source: 'arrival', p50_ms: 9_000, p99_ms: 9_000, max_ms: 9_000 } }),
      ),
      ['latency p50 different', 'latency p99 different', 'latency max different'],
    )
    const sent = (produced_from: string | null, ms: number) =>
      withTrack({ latency: { source: 'prft', produced_from, p50_ms: ms, p99_ms: ms, max_ms: ms } })
    const noon = '2026-11-28T12:00:00.000Z'
    // One recording that is sent again an hour later.
    deepEqual(changesBetween(sent(noon, 100), sent(noon, 3_600_000)), [])
    const all = ['latency p50 worse', 'latency p99 worse', 'latency max worse']
    deepEqual(changesBetween(sent(noon, 100), sent('2026-11-28T13:00:00.000Z', 5_000)), all)
    deepEqual(changesBetween(sent(null, 100), sent(null, 5_000)), all)
    deepEqual(changesBetween(withTrack({}), withTrack({ latency: null, bitrate: null })), [
      'bitrate different',
      'latency p50 different',
      'latency p99 different',
      'latency max different',
    ])
  })

  it('finds it worse when a track is missing, and different when one is new', () => {
    deepEqual(changesBetween(withTrack({}), report([], { tracks: [] })), ['track worse'])
    deepEqual(changesBetween(report([], { tracks: [] }), withTrack({})), ['track different'])
  })

  it('is worse in whole when anything is worse', () => {
    const a = report([rule('one'), rule('two', violated(9))])
    equal(compareReports(a, report([rule('one', violated(1)), rule('two')])).verdict, 'worse')
    equal(compareReports(a, report([rule('one'), rule('two')])).verdict, 'better')
    equal(
      compareReports(a, report([rule('one', { result: 'not-exercised' }), rule('two', violated(9))])).verdict,
      'different',
    )
  })

  it('compares rules alone where a report has no metrics or does not know a rule', () => {
    const old: ComparedReport = { stream_id: 1, session: '1', rules: [rule('one', violated(10))] }
    const { rows, a, verdict } = compareReports(
      old,
      report([rule('one', violated(11)), rule('new', violated(1))]),
    )
    deepEqual(
      [rows.map(({ name, verdict }) => [name, verdict]), a.uploads, verdict],
      [
        [
          ['one', 'equal'],
          ['new', 'worse'],
        ],
        null,
        'worse',
      ],
    )
  })
})
