import { deepEqual, equal, ok } from 'node:assert/strict'
import { finding } from './finding.ts'
import { closeIdle } from './idle-sessions.ts'
import { maxTracks } from './limits.ts'
import { codesWithSeverityOf, type FindingCounts, maxReportedUploads, reportOf } from './report.ts'
import { initialState, type State } from './state.ts'
import {
  arrivalsOf,
  codesOf,
  dynamicMpd,
  finalPlaylist,
  init,
  initAt,
  initialPlaylist,
  mediaAt,
  mpdAt,
  multivariant,
  other,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from './testing/arrivals.ts'
import { validateUpload } from './validate-upload.ts'

/** Numbers that are random enough and the same each time. */
function* chances(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

const hostile = ['__proto__', 'constructor', 'video', 'audio', 'toString', 'x'.repeat(200), 'a b', 'é']

function* randomObjects(count: number, chance: Generator<number>): Generator<TestObject> {
  const below = (max: number) => Math.floor((chance.next().value ?? 0) * max)
  for (let at = 0; at < count; at += 1) {
    const track = hostile[below(hostile.length)] ?? 'video'
    const session = below(3)
    const odd = [0, -1, Number.NaN, Number.MAX_SAFE_INTEGER][below(4)] ?? 0
    const sha256 = `${below(50)}`
    const facts = { adaptationSet: 'v', timescale: odd, duration: odd, periodSeconds: odd }
    const timeline = [{ t: odd, d: odd, count: below(3) || null }]
    const named = (more = {}) => ({
      representations: [representation(`session_${session}`, track, { ...facts, ...more })],
    })
    const uris = [track, '../x', `../${track}/index.m3u8`, 'segment_1001.m4s', '%']
    const kinds: readonly (() => TestObject)[] = [
      () => dynamicMpd(session, named()),
      () => staticMpd(session, named({ timeline })),
      () => multivariant(below(3), { uris }, session),
      () => finalPlaylist(below(4), { uris, map: track }, track),
      () => dynamicMpd(session),
      () => staticMpd(session),
      () => multivariant(below(3), {}, session),
      () => initialPlaylist(track),
      () => finalPlaylist(below(4), {}, track),
      () => init({ timescale: odd, trackCount: below(3) }, {}, track, session),
      () => segment(1000 + below(200), { decodeTime: odd, sampleCount: odd }, {}, track, session),
      () => other(`session_${session}/${track}`, { endsTrack: below(2) === 0 }),
      () => ({ ...other(`Streams(${track})`), inspection: null, whole: below(2) === 0 }),
    ]
    const object = kinds[below(kinds.length)]?.()
    if (object) yield { ...object, sha256, whole: object.whole ?? below(20) > 0 }
  }
}

describe('the state of a stream', () => {
  for (const ingest of ['dash', 'hls', 'cmaf-ingest'] as const) {
    it(`stays small and consistent with random uploads (${ingest})`, () => {
      const stream = streamOf(ingest, ['video', 'audio'])
      let state: State = initialState
      let count = 0
      for (const arrival of arrivalsOf(randomObjects(6_000, chances(7)))) {
        state = validateUpload(stream, state, arrival).state
        count += 1
        if (count % 2_000 === 0) {
          const json = JSON.stringify(state)
          ok(json.length < 64 * 1024, `${json.length} characters`)
          state = JSON.parse(json) as State
        }
      }
      equal(count, 6_000)
    }).timeout(20_000)
  }

  it('does not grow with 20 000 segments', () => {
    function* recording(): Generator<TestObject> {
      yield dynamicMpd()
      yield init()
      for (let nth = 1; nth <= 20_000; nth += 1) yield segment(1000 + nth)
    }
    let state: State = initialState
    for (const arrival of arrivalsOf(recording()))
      state = validateUpload(streamOf('dash'), state, arrival).state
    ok(JSON.stringify(state).length < 4_096)
  }).timeout(20_000)

  const crowd = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) => `${at}`.padStart(length, 'track-name'))
  const bytesOf = (state: State) => Buffer.byteLength(JSON.stringify(state))

  it('stays below 64 KiB with 128 tracks, and turns the next one away', () => {
    const names = crowd(maxTracks, 16)
    const objects = [
      dynamicMpd(1, { representations: names.map((name) => representation('session_1', name)) }),
      ...names.map((name) => init({ timescale: 90_000 }, {}, name)),
      ...names.flatMap((name) => [1001, 1002, 1003].map((number) => segment(number, {}, {}, name))),
    ]
    const { state } = validateInOrder(streamOf('dash'), objects)
    equal(Object.keys(state.sessions['1']?.tracks ?? {}).length, maxTracks)
    ok(bytesOf(state) < 65_536, `${bytesOf(state)} bytes`)
    const more = validateInOrder(streamOf('dash'), [
      ...objects,
      init({}, {}, 'more'),
      segment(1004, {}, {}, names[0]),
    ])
    deepEqual(codesOf(more, true).slice(-2), [['too-many-tracks'], []])
  })

  it('stays below 112 KiB with the longest names, strings and numbers', () => {
    const [max, wide] = [Number.MAX_SAFE_INTEGER, 2 ** 32 - 1]
    const facts = { trackId: wide, timescale: wide, codec: 'x'.repeat(300), language: 'y'.repeat(200) }
    const media = { trackId: wide, decodeTime: max, isFiller: true, hasPrft: false, emsgCount: 1 }
    for (const length of [16, 32, 200]) {
      const names = crowd(300, length)
      const objects = names.flatMap((name) => [
        initAt(`${name}/init.mp4`, { ...facts, defaultSampleFlags: wide, defaultSampleDuration: wide }),
        mediaAt(`${name}/1.m4s`, 1, { ...media, explicitDuration: max }, { sha256: 'a'.repeat(64) }),
      ])
      const announced = names.map((name) => representation('', name, { media: `${name}/$Number$.m4s` }))
      const mpd = mpdAt('m.mpd', { representations: announced })
      const { state } = validateInOrder(streamOf('cmaf-ingest'), [mpd, ...objects])
      ok(bytesOf(state) < 114_688, `${bytesOf(state)} bytes`)
    }
  })

  it('reports a finding of all tracks for eight of them', () => {
    const inits = crowd(20, 8).map((name) => initAt(`${name}/init.mp4`, { encrypted: true }))
    equal(codesOf(validateInOrder(streamOf('cmaf-ingest'), inits), true).flat().length, 8)
  })

  it('is not changed in place by validation', () => {
    const [arrival] = arrivalsOf([init()])
    const state = validateInOrder(streamOf('dash'), [dynamicMpd()]).state
    const copy = structuredClone(state)
    if (arrival) validateUpload(streamOf('dash'), state, arrival)
    deepEqual(state, copy)
  })
})

describe('closeIdle', () => {
  const { state } = validateInOrder(streamOf('dash'), [dynamicMpd(), init()])
  const lastMs = 1_700_000_002_000

  it('lets a session be for a minute', () => {
    equal(closeIdle(state, lastMs + 60_000).state, state)
  })

  it('ends a session that is silent for longer, once', () => {
    const closed = closeIdle(state, lastMs + 60_001)
    equal(closed.state.sessions['1']?.phase, 'silent')
    equal(closed.state.order.open, null)
    deepEqual(closed.events, [{ kind: 'session-abandoned', session: '1' }])
    deepEqual(closeIdle(closed.state, lastMs + 90_000).events, [])
  })

  it('has the same result as validation without it', () => {
    const late = [dynamicMpd(), init(), segment(1001, {}, { atMs: lastMs + 100_000 })]
    const [, , arrival] = arrivalsOf(late)
    const ticked = closeIdle(state, lastMs + 61_000).state
    if (arrival)
      deepEqual(
        validateUpload(streamOf('dash'), ticked, arrival).state,
        validateInOrder(streamOf('dash'), late).state,
      )
  })
})

describe('reportOf', () => {
  it('has met, violated and not exercised rules', () => {
    const first = Array.from({ length: 9 }, (_, at) => `u${at}`)
    const rows = reportOf({
      counts: { 'segment-number-gap error': 9 },
      first: { 'segment-number-gap': first },
      preconditions: ['upload', 'matter-segment'],
    })
    const resultOf = (code: string) => rows.find((row) => row.code === code)?.result
    equal(resultOf('segment-number-gap'), 'violated')
    equal(resultOf('segment-number-low'), 'met')
    equal(resultOf('hls-final-no-endlist'), 'not-exercised')
    equal(rows.find(({ code }) => code === 'segment-number-gap')?.uploads.length, maxReportedUploads)
  })

  it('shows what was found as bad as it was at its worst, and counts all of it', () => {
    const rowOf = (counts: FindingCounts['counts']) => {
      const rows = reportOf({ counts, first: {}, preconditions: [] })
      return rows.filter(({ code }) => code === 'manifest-interface').map((row) => [row.severity, row.count])
    }
    deepEqual(rowOf({}), [['error', 0]])
    deepEqual(rowOf({ 'manifest-interface note': 3 }), [['note', 3]])
    deepEqual(rowOf({ 'manifest-interface note': 3, 'manifest-interface error': 1 }), [['error', 4]])
  })

  it('counts an upload once for a code that it shows twice', () => {
    const found = [finding('codec-not-announced', '', 'warning'), finding('codec-not-announced', '')]
    deepEqual(codesWithSeverityOf([...found, finding('tfdt-gap', '')]), [
      'codec-not-announced error',
      'tfdt-gap warning',
    ])
  })
})
