import { deepEqual, equal, match } from 'node:assert/strict'
import type { IngestInterface } from '../../streams/stream.ts'
import { at } from '../state.ts'
import {
  anew,
  codesOf,
  dynamicMpd,
  hlsSegment,
  init,
  initAt,
  initialPlaylist,
  mediaAt,
  multivariant,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const named = { representations: [representation('session_1', 'video')] }
const mpdOf = (time: string) => dynamicMpd(1, { ...named, availabilityStartTime: `2026-01-01T${time}Z` })
const segments = (...numbers: readonly number[]) => numbers.map((number) => segment(number))
/** The recording that is broken off. */
const first = [mpdOf('10:00:00'), init(), ...segments(1001, 1002, 1003)]
/** The same camera some time later. */
const again = [mpdOf('10:05:00'), init(), ...segments(1001, 1002, 1003, 1004).map(anew)]
const startedAtMs = 1_700_000_000_000
const later = (objects: readonly TestObject[], ms: number) =>
  objects.map((object, nth) => ({ ...object, atMs: startedAtMs + ms + nth * 1_000 }))
const cutOff = (object: TestObject): TestObject => ({ ...object, whole: false, inspection: null })

const resultOf = (objects: readonly TestObject[], ingest: IngestInterface = 'dash') =>
  validateInOrder(streamOf(ingest), objects)
/** Codes from the first object of the second recording on. */
const codesAfter = (
  old: readonly TestObject[],
  next: readonly TestObject[],
  ingest: IngestInterface = 'dash',
) => codesOf(resultOf([...old, ...next], ingest), true).slice(old.length)
const none = (count: number) => Array.from({ length: count }, () => [])

describe('a camera that restarts in an open session', () => {
  it('is told once, by the start time of its new MPD, and nothing more is found', () => {
    deepEqual(codesAfter(first, again), [['session-restarted'], ...none(5)])
  })

  it('has its recordings apart, the old one abandoned', () => {
    const { verdicts, state } = resultOf([...first, ...again, staticMpd()])
    const begun = verdicts[first.length]
    deepEqual(
      begun?.events.map(({ kind, session }) => `${kind} ${session}`),
      ['session-abandoned 1', 'session-opened 1.2'],
    )
    deepEqual(
      [begun?.replaced?.id, begun?.replaced?.phase, begun?.replaced?.segmentCount],
      ['1', 'abandoned', 3],
    )
    deepEqual([...new Set(verdicts.map(({ session }) => session))], ['1', '1.2'])
    const session = at(state.sessions, '1')
    deepEqual([session?.id, session?.phase, session?.segmentCount], ['1.2', 'complete', 4])
  })

  it('is named with what gave it away, the last number and the time of the old recording', () => {
    const message = resultOf([...first, anew(segment(1001))]).verdicts.at(-1)?.findings[0]?.message ?? ''
    match(message, /session_1 of 2023-11-14T22:13:21\.000Z/)
    match(message, /segment_1001 of video with other bytes behind segment_1003/)
  })

  it('is told after a body that was cut off', () => {
    const [last, ...rest] = [segment(1004), ...again]
    deepEqual(codesAfter(first, [...(last ? [cutOff(last)] : []), ...rest]), [
      ['body-incomplete'],
      ['session-restarted'],
      ...none(5),
    ])
  })

  for (const [word, ms] of [
    ['seconds', 8_000],
    ['minutes', 300_000],
  ] as const)
    it(`is told after ${word} of silence`, () => {
      deepEqual(codesAfter(first, later(again, ms)), [['session-restarted'], ...none(5)])
    })

  it('is told by another init segment where its MPD is the same', () => {
    const other = anew(init({ width: 1280, height: 720 }))
    const [mpd, ...rest] = [mpdOf('10:00:00'), other, ...segments(1001, 1002).map(anew)]
    deepEqual(codesAfter(first, [...(mpd ? [mpd] : []), ...rest]), [
      ['upload-repeated'],
      ['session-restarted'],
      ...none(2),
    ])
  })

  it('is told by segment 1001 where MPD and init segment are the same', () => {
    const next = [mpdOf('10:00:00'), init(), ...segments(1001, 1002, 1003, 1004).map(anew)]
    deepEqual(codesAfter(first, next), [
      ['upload-repeated'],
      ['upload-repeated'],
      ['session-restarted'],
      ...none(3),
    ])
  })

  it('keeps both tracks in the new recording', () => {
    const audio = { handler: 'soun', codec: 'mp4a.40.2' }
    const tracks = ['video', 'audio']
    const both = (time: string) =>
      dynamicMpd(1, {
        representations: tracks.map((track) =>
          representation('session_1', track, track === 'video' ? {} : { codecs: 'mp4a.40.2' }),
        ),
        availabilityStartTime: `2026-01-01T${time}Z`,
      })
    const inits = [init(), init(audio, {}, 'audio')]
    const ofBoth = (...numbers: readonly number[]) =>
      numbers.flatMap((number) => tracks.map((track) => segment(number, {}, {}, track)))
    const old = [both('10:00:00'), ...inits, ...ofBoth(1001, 1002)]
    deepEqual(codesAfter(old, [both('10:05:00'), ...inits, ...ofBoth(1001, 1002, 1003).map(anew)]), [
      ['session-restarted'],
      ...none(8),
    ])
    deepEqual(codesAfter(old, [...inits, ...ofBoth(1001, 1002, 1003).map(anew)]), [
      ['upload-repeated'],
      ['upload-repeated'],
      ['session-restarted'],
      ...none(5),
    ])
  })

  it('says so where another device takes its place', () => {
    const other = again.map((object) => ({ ...object, device: 'another' }))
    const { findings } = resultOf([...first, ...other]).verdicts[first.length] ?? { findings: [] }
    match(findings[0]?.message ?? '', /is another one: its certificate is$/)
  })

  it('restarts twice', () => {
    const third = [mpdOf('10:09:00'), init(), ...segments(1001, 1002).map(anew).map(anew)]
    const { verdicts } = resultOf([...first, ...again, ...third])
    deepEqual([...new Set(verdicts.map(({ session }) => session))], ['1', '1.2', '1.3'])
    deepEqual(
      verdicts.flatMap(({ findings }) => findings.map(({ code }) => code)),
      ['session-restarted', 'session-restarted'],
    )
  })

  it('is told on an HLS stream', () => {
    const start = [multivariant(), initialPlaylist(), init()]
    const old = [...start, ...[1001, 1002].map((number) => hlsSegment(number))]
    const more = [1001, 1002, 1003].map((number) => anew(hlsSegment(number)))
    deepEqual(codesAfter(old, [...start, ...more], 'hls'), [
      ...start.map(() => ['upload-repeated']),
      ['session-restarted'],
      ...none(2),
    ])
    const other = anew(init({ width: 1280, height: 720 }))
    deepEqual(codesAfter(old, [other, ...more], 'hls'), [['session-restarted'], ...none(3)])
  })

  describe('on a cmaf-ingest stream', () => {
    const noted = (result: readonly (readonly string[])[]) =>
      result.flat().filter((code) => code !== 'manifest-interface' && !/^(mpd|fragment|name)-/.test(code))

    it('is told by its MPD, its init segment or segment 1001', () => {
      const more = segments(1001, 1002, 1003, 1004).map(anew)
      for (const next of [again, [anew(init({ width: 1280 })), ...more], [init(), ...more]]) {
        const codes = noted(codesAfter(first, next, 'cmaf-ingest'))
        deepEqual(
          codes.filter((code) => code !== 'init-repeated' && code !== 'upload-repeated'),
          ['session-restarted'],
          next[0]?.path,
        )
      }
    })

    it('is told by paths that come again with the time of the first segment', () => {
      const header = initAt('v/init.mp4')
      const media = (nth: number) => mediaAt(`v/${nth}.m4s`, nth)
      const old = [header, ...[1, 2, 3].map(media)]
      const next = [header, ...[1, 2, 3, 4].map(media).map(anew)]
      deepEqual(noted(codesAfter(old, next, 'cmaf-ingest')), ['init-repeated', 'session-restarted'])
      const { verdicts } = resultOf([...old, ...next], 'cmaf-ingest')
      deepEqual([...new Set(verdicts.map(({ session }) => session))], ['none', 'none.2'])
    })

    it('is none where one segment is replaced', () => {
      const media = (nth: number) => mediaAt(`v/${nth}.m4s`, nth)
      const old = [initAt('v/init.mp4'), ...[1, 2, 3].map(media)]
      deepEqual(noted(codesAfter(old, [anew(media(2)), media(4)], 'cmaf-ingest')), ['path-reused'])
    })
  })

  describe('is none', () => {
    it('where the same bytes come again', () => {
      deepEqual(codesAfter(first, [...first, segment(1004)]), [...first.map(() => ['upload-repeated']), []])
    })

    it('where segment 1001 is replaced before the next one', () => {
      deepEqual(codesAfter(first.slice(0, 3), [anew(segment(1001)), segment(1002)]), [['path-reused'], []])
    })

    it('where a later segment is replaced', () => {
      deepEqual(codesAfter(first, [anew(segment(1002)), segment(1004)]), [['path-reused'], []])
    })

    it('where the MPD changes in something else', () => {
      const changed = dynamicMpd(1, {
        ...named,
        availabilityStartTime: '2026-01-01T10:00:00Z',
        periodStart: 'PT1S',
      })
      deepEqual(codesAfter(first, [changed]), [['mpd-dynamic-late']])
    })

    it('where a long recording is split into two sessions', () => {
      const next = [dynamicMpd(2), init({}, {}, 'video', 2), segment(1001, {}, {}, 'video', 2)]
      deepEqual(codesAfter([...first, staticMpd()], next), none(3))
    })

    it('where the session has ended: its number is used again', () => {
      const [codes] = codesAfter([...first, staticMpd()], again)
      deepEqual(codes, ['session-number-reused'])
    })

    it('where another stream goes on with the numbers', () => {
      deepEqual(codesOf(resultOf([dynamicMpd(5), init({}, {}, 'video', 5)])), [['session-number'], []])
      equal(resultOf([dynamicMpd(5)]).verdicts[0]?.replaced, null)
    })
  })
})
