import { deepEqual, equal, match } from 'node:assert/strict'
import { expectations as schema } from '@pushav/shared/api/expectations.ts'
import type { z } from 'zod'
import type { Totals } from '../indexing/totals.ts'
import { sessionViewOf } from '../streams/session-view.ts'
import {
  dynamicMpd,
  init,
  initAt,
  mediaAt,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../validation/testing/arrivals.ts'
import { expectationsOf } from './http/expectations-json.ts'
import { noObservations, observe, type Verdict, verdictOf } from './verdict.ts'

const createdMs = 1_700_000_000_000

type Body = z.input<typeof schema>

/** The verdict on objects of which one comes each second from the stream's creation on. */
function judge(
  body: Body,
  objects: readonly TestObject[],
  codes: Totals['codes'] = {},
  afterMs = 60_000,
): Verdict {
  const expectations = expectationsOf(schema.parse(body))
  const { state } = validateInOrder(streamOf('dash'), objects)
  const sessions = Object.values(state.sessions).map(sessionViewOf)
  const seen = sessions.reduce((seen, session) => observe(expectations, seen, session), noObservations)
  return verdictOf(expectations, seen, codes, { createdMs, nowMs: createdMs + afterMs })
}

const recording = (session = 1, durations: readonly number[] = [4_000, 4_000, 2_000]): TestObject[] => {
  const starts = durations.map((_, at) => durations.slice(0, at).reduce((sum, one) => sum + one, 0))
  return [
    dynamicMpd(session),
    init({}, {}, 'video', session),
    ...durations.map((explicitDuration, at) =>
      segment(1001 + at, { explicitDuration, decodeTime: starts[at] ?? 0 }, {}, 'video', session),
    ),
    staticMpd(session),
  ]
}

const open = recording().slice(0, -1)
const summaryOf = ({ state, reasons }: Verdict) => [
  state,
  reasons.map(({ state, about }) => `${about} ${state}`),
]
const firstMessage = ({ reasons }: Verdict) => reasons[0]?.message ?? ''

describe('the verdict on a stream', () => {
  it('is pending before anything comes and while the session is open, then pass', () => {
    deepEqual(summaryOf(judge({}, [])), ['pending', ['sessions pending']])
    deepEqual(summaryOf(judge({}, open)), ['pending', ['sessions pending']])
    deepEqual(summaryOf(judge({}, recording())), ['pass', []])
  })

  it('fails with one session too many, and is pending with one too few', () => {
    const two = [...recording(1), ...recording(2)]
    equal(judge({ sessions: { min: 2, max: 2 } }, two).state, 'pass')
    deepEqual(summaryOf(judge({ sessions: { max: 1 } }, two)), ['fail', ['sessions fail']])
    equal(judge({ sessions: { min: 3 } }, two).state, 'pending')
  })

  it('fails when another session begins before the end of one', () => {
    const verdict = judge({}, [...open, ...recording(2)])
    deepEqual(summaryOf(verdict), ['fail', ['sessions fail']])
    match(firstMessage(verdict), /^session 1: expected its end to be announced, another session began/)
  })

  it('finds a track by name, by the beginning of its codec, and by its size', () => {
    for (const track of [{ name: 'video' }, { codec: 'avc1' }, { width: 640, height: 360 }, {}])
      equal(judge({ tracks: [track] }, recording()).state, 'pass', JSON.stringify(track))
    for (const track of [
      { name: 'video', codec: 'hvc1' },
      { codec: 'hvc1' },
      { width: 1_280 },
      { name: 'sound' },
    ])
      deepEqual(
        summaryOf(judge({ tracks: [track] }, recording())),
        ['fail', ['tracks fail']],
        JSON.stringify(track),
      )
  })

  it('names what was received instead of a track', () => {
    equal(
      firstMessage(judge({ tracks: [{ codec: 'hvc1', width: 1_280 }] }, recording())),
      'session 1: expected a track hvc1 1280×any, received video avc1.4d401f 640×360',
    )
  })

  it('lets a track stand for one expected track only, the most precise one', () => {
    const tracks = [{ codec: 'avc1' }, { codec: 'avc1', width: 640 }]
    equal(judge({ tracks }, recording()).state, 'fail')
    const second = [init({ width: 1_280 }, {}, 'large'), segment(1001, {}, {}, 'large')]
    equal(judge({ tracks }, [...open, ...second, ...recording().slice(-1)]).state, 'pass')
  })

  it('waits for a track that may still come, not for one whose codec is wrong', () => {
    deepEqual(summaryOf(judge({ tracks: [{ name: 'sound' }] }, open))[0], 'pending')
    deepEqual(summaryOf(judge({ tracks: [{ name: 'video', codec: 'hvc1' }] }, open))[0], 'fail')
  })

  it('fails when a segment lasts too long, or too short and is not the last', () => {
    const segment_seconds = { is: 4, tolerance: 0.1 }
    equal(judge({ segment_seconds }, recording()).state, 'pass')
    equal(judge({ segment_seconds }, recording(1, [4_100, 3_900, 4_000])).state, 'pass')
    for (const [durations, off] of [
      [[4_000, 4_000, 5_000], '5 s'],
      [[4_000, 5_000, 4_000], '5 s'],
      [[2_000, 4_000, 4_000], '2 s'],
      [[4_000, 3_899, 4_000, 4_000], '3.899 s'],
    ] as const) {
      const verdict = judge({ segment_seconds }, recording(1, durations))
      deepEqual(summaryOf(verdict), ['fail', ['segment_seconds fail']], durations.join())
      match(
        firstMessage(verdict),
        new RegExp(`track video: expected segments of 4 s ± 0.1 s, received one of ${off}`),
      )
    }
  })

  it('compares the bit rate of all tracks of a complete session', () => {
    // Three segments of 1000 bytes in 10 s.
    equal(judge({ bitrate: { min: 2_400, max: 2_400 } }, recording()).state, 'pass')
    equal(judge({ bitrate: { min: 2_401 } }, recording()).state, 'fail')
    equal(judge({ bitrate: { max: 2_399 } }, recording()).state, 'fail')
    equal(judge({ bitrate: { min: 2_401 } }, open).state, 'pending')
  })

  it('fails when the first session begins too late, or has not begun by then', () => {
    equal(judge({ latest_start: 1 }, recording()).state, 'pass')
    deepEqual(summaryOf(judge({ latest_start: 0.5 }, recording())), ['fail', ['latest_start fail']])
    deepEqual(summaryOf(judge({ latest_start: 30 }, [], {}, 30_001))[0], 'fail')
    equal(judge({ latest_start: 30 }, [], {}, 29_000).state, 'pending')
  })

  it('counts errors and warnings, with rules off and stricter', () => {
    const codes = {
      'extension error': 2,
      'tfdt-gap warning': 1,
      'filler note': 1,
      'tfdt-overlap error': 0,
    } as const
    const verdict = judge({}, recording(), codes)
    deepEqual(summaryOf(verdict), ['fail', ['max_errors fail']])
    match(firstMessage(verdict), /received 2: extension 2$/)
    equal(judge({ max_errors: 2 }, recording(), codes).state, 'pass')
    equal(judge({ rules: { extension: 'off' } }, recording(), codes).state, 'pass')
    equal(judge({ max_errors: 2, max_warnings: 0 }, recording(), codes).state, 'fail')
    equal(
      judge({ max_errors: 2, max_warnings: 0, rules: { 'tfdt-gap': 'off' } }, recording(), codes).state,
      'pass',
    )
    equal(judge({ max_errors: 2, rules: { filler: 'error' } }, recording(), codes).state, 'fail')
  })

  it('lists a hundred reasons at most, what is wrong before what is to come', () => {
    const tracks = Array.from({ length: 120 }, (_, n) => ({ name: `t${n}` }))
    const verdict = judge({ tracks, max_errors: 0 }, open, { 'extension error': 1 })
    deepEqual([verdict.state, verdict.reasons.length, verdict.more], ['fail', 100, 22])
    equal(verdict.reasons[0]?.about, 'max_errors')
  })

  it('is pass for a cmaf-ingest session without number once it is silent', () => {
    const objects = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1)]
    const { state } = validateInOrder(streamOf('cmaf-ingest'), objects)
    const [session] = Object.values(state.sessions)
    const expectations = expectationsOf(schema.parse({}))
    const view = session && sessionViewOf({ ...session, phase: 'silent' })
    const seen = view ? observe(expectations, noObservations, view) : noObservations
    equal(verdictOf(expectations, seen, {}, { createdMs, nowMs: createdMs }).state, 'pass')
  })
})
