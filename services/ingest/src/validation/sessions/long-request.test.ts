import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { InitFacts, MediaFacts } from '../../media/inspection.ts'
import { partFolderOf } from '../../uploads/part-path.ts'
import { at } from '../state.ts'
import {
  codesOf,
  initAt,
  mediaAt,
  other,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const stream = streamOf('cmaf-ingest')
const url = 'Streams(video.cmfv)'
const sound: Partial<InitFacts> = { handler: 'soun', codec: 'mp4a.40.2', width: null, height: null }

/** One long request: what its parts, and its own upload in the end, are. */
function longRequest(id: string, path = url) {
  const partAt = (name: string) => `${partFolderOf(path, id)}/${name}`
  const cut = { part: { of: id, from: 0 } }
  return {
    header: (facts: Partial<InitFacts> = {}, bytes = 'header') =>
      initAt(partAt('init.mp4'), facts, { sha256: bytes, cut }),
    /** The nth segment of the camera; segments of several requests have other bytes unless they are given. */
    segment: (nth: number, facts: Partial<MediaFacts> = {}, extra: Partial<TestObject> = {}) =>
      mediaAt(partAt(`${nth}.m4s`), nth, facts, { sha256: `${id}-${nth}`, cut, ...extra }),
    lost: (extra: Partial<TestObject> = {}): TestObject => ({
      ...{ path, id, inspection: null, sha256: `${id}-all`, whole: false, cut: { parts: 4 } },
      ...extra,
    }),
    whole: (): TestObject => {
      const { inspection } = initAt(path)
      const media = mediaAt(path, 1).inspection?.media ?? null
      return {
        ...{ path, id, inspection: inspection && { ...inspection, media } },
        ...{ sha256: `${id}-all`, cut: { parts: 4 } },
      }
    },
  }
}

const [one, two] = [longRequest('one'), longRequest('two')]
const ofRequest = (request: typeof one, ...numbers: readonly number[]) =>
  numbers.map((nth) => request.segment(nth))
/** The recording that is broken off. */
const first = [one.header(), ...ofRequest(one, 1, 2, 3)]

const resultOf = (objects: readonly TestObject[]) => validateInOrder(stream, objects)
const codesAfter = (old: readonly TestObject[], next: readonly TestObject[]) =>
  codesOf(resultOf([...old, ...next]), true).slice(old.length)
const sessionsOf = (objects: readonly TestObject[]) =>
  resultOf(objects).verdicts.map(({ session }) => session)
const messageOf = (objects: readonly TestObject[]) =>
  resultOf(objects).verdicts.flatMap(({ findings }) =>
    findings.filter(({ code }) => code === 'session-restarted').map(({ message }) => message),
  )[0] ?? ''

describe('a camera that restarts and begins another long request', () => {
  it('is told by decode times back at the start, and nothing more is found', () => {
    const next = [one.lost(), two.header(), ...ofRequest(two, 1, 2, 3, 4)]
    deepEqual(codesAfter(first, next), [
      ['body-incomplete'],
      ['init-repeated'],
      ['session-restarted'],
      ...[[], [], []],
    ])
    match(messageOf([...first, ...next]), /received decode time 0 of video behind 12000, in another request/)
  })

  it('has its recordings apart, the old one abandoned', () => {
    const { verdicts, state } = resultOf([
      ...first,
      one.lost(),
      two.header(),
      ...ofRequest(two, 1, 2),
      two.whole(),
    ])
    const begun = verdicts[6]
    deepEqual(
      begun?.events.map(({ kind, session }) => `${kind} ${session}`),
      ['session-abandoned none', 'session-opened none.2'],
    )
    deepEqual([begun?.replaced?.id, begun?.replaced?.segmentCount], ['none', 3])
    deepEqual(
      verdicts.slice(5).map(({ session }) => session),
      ['none', 'none.2', 'none.2', 'none.2'],
    )
    equal(at(state.sessions, 'none')?.tracks.video?.segmentCount, 2)
  })

  it('is told by another init segment', () => {
    const next = [one.lost(), two.header({ width: 1280 }, 'other'), ...ofRequest(two, 1, 2)]
    deepEqual(codesAfter(first, next), [['body-incomplete'], ['session-restarted'], [], []])
    match(
      messageOf([...first, ...next]),
      /another init segment of video in another request, behind segments up to 12000/,
    )
  })

  it('is told where the loss of the connection is found later, which is then of neither recording', () => {
    const atMs = 1_700_000_020_000
    const anew = [two.header({ width: 1280 }, 'other'), ...ofRequest(two, 1, 2)]
    const next = anew.map((object, nth) => ({ ...object, atMs: atMs + nth * 1_000 }))
    const late = one.lost({ atMs: atMs + 40_000, tookMs: 60_000 })
    deepEqual(codesAfter(first, [...next, late]), [['session-restarted'], [], [], ['body-incomplete']])
    deepEqual(sessionsOf([...first, ...next, late]).slice(4), ['none.2', 'none.2', 'none.2', null])
  })

  it('is told by sequence numbers where its clock goes on meanwhile', () => {
    const running = (nth: number) => ({ firstSequence: nth - 10, lastSequence: nth - 10 })
    const old = [11, 12, 13, 14, 15, 16, 17, 18].map((nth) => one.segment(nth, running(nth)))
    const anew = [12, 13].map((nth, at) => two.segment(nth, { firstSequence: at + 1, lastSequence: at + 1 }))
    const before = [one.header(), ...old, one.lost(), two.header()]
    deepEqual(codesAfter(before, anew), [['session-restarted'], []])
    match(messageOf([...before, ...anew]), /decode time 44000 and sequence number 1 of video behind 72000/)
  })

  it('is told behind its first segment alone', () => {
    const next = [one.lost(), two.header(), ...ofRequest(two, 1, 2)]
    deepEqual(codesAfter(first.slice(0, 2), next), [
      ['body-incomplete'],
      ['init-repeated'],
      ...[['session-restarted'], []],
    ])
  })

  it('is told where the request before ended well', () => {
    const next = [one.whole(), two.header(), ...ofRequest(two, 1, 2)]
    deepEqual(codesAfter(first, next), [[], ['init-repeated'], ['session-restarted'], []])
  })

  it('is told at a path that counts on, behind a request that was cut off', () => {
    const [before, after] = [longRequest('one', 'live/cam-100.mp4'), longRequest('two', 'live/cam-160.mp4')]
    const old = [before.header(), ...ofRequest(before, 1, 2, 3), before.lost()]
    const next = [after.header({}, 'other'), ...ofRequest(after, 1, 2)]
    deepEqual(codesAfter(old, next), [[], ['session-restarted'], []])
    match(messageOf([...old, ...next]), /cam_160 behind 12000 of live\/cam_100, whose request was cut off/)
    const { state } = resultOf([...old, ...next])
    deepEqual(Object.keys(at(state.sessions, 'none')?.tracks ?? {}), ['live/cam_160'])
  })

  it('is told at a path of the same track', () => {
    const elsewhere = longRequest('two', 'Switching(a)/Streams(video.cmfv)')
    const next = [one.lost(), elsewhere.header(), ...ofRequest(elsewhere, 1, 2)]
    deepEqual(codesAfter(first, next), [['body-incomplete'], ['init-repeated'], ['session-restarted'], []])
  })

  for (const [word, bytes] of [
    ['the same', 'header'],
    ['other', 'other'],
  ] as const)
    it(`is told once where it has two tracks, ${word} init segments`, () => {
      const [audio, again] = [
        longRequest('one-a', 'Streams(a.cmfa)'),
        longRequest('two-a', 'Streams(a.cmfa)'),
      ]
      const inTurn = (video: typeof one, sounds: typeof one) =>
        [1, 2, 3].flatMap((nth) => [video.segment(nth), sounds.segment(nth)])
      const old = [one.header(), audio.header(sound, 'sound'), ...inTurn(one, audio)]
      const lost = [one.lost(), audio.lost()]
      const inits = [two.header({}, bytes), again.header(sound, bytes === 'other' ? 'other sound' : 'sound')]
      const codes = codesAfter([...old, ...lost], [...inits, ...inTurn(two, again)]).flat()
      deepEqual(
        codes.filter((code) => code !== 'init-repeated'),
        ['session-restarted'],
      )
    })

  describe('while the request of another track is still on its way', () => {
    const atMs = 1_700_000_000_000
    const [audio, again] = [longRequest('one-a', 'Streams(a.cmfa)'), longRequest('two-a', 'Streams(a.cmfa)')]
    /** The new request of the sound begins 12 s after those before it. */
    const began = (objects: readonly TestObject[], beganMs: number) =>
      objects.map((object, nth) => ({
        ...object,
        ...{ atMs: atMs + 12_000 + nth * 10, tookMs: 12_000 + nth * 10 - beganMs },
      }))
    const old = [one, audio].flatMap((request) => [
      request === one ? request.header() : request.header(sound, 'sound'),
      ...ofRequest(request, 1, 2),
    ])
    const restart = began([again.header(sound, 'sound'), again.segment(1)], 12_000)
    const after = (lateMs: number) => [
      ...began(old, 0).map((object) => ({ ...object, atMs: atMs + 8_000, tookMs: 8_000 })),
      ...restart,
      { ...one.segment(3), atMs: atMs + lateMs, tookMs: lateMs },
      ...began([one.lost(), two.header(), ...ofRequest(two, 1, 2), again.segment(2)], 12_001),
    ]

    it('leaves the late segment of that to the recording before', () => {
      const { verdicts, state } = resultOf(after(12_500))
      deepEqual(codesOf({ verdicts, state }).flat(), ['session-restarted', 'body-incomplete'])
      deepEqual(
        verdicts.slice(6).map(({ session, track }) => `${session} ${track}`),
        [
          ...['none a', 'none.2 a', 'none video', 'null null', 'none.2 video'],
          ...['none.2 video', 'none.2 video', 'none.2 a'],
        ],
      )
      equal(verdicts[8]?.init, verdicts[0]?.init)
      equal(at(state.sessions, 'none')?.segmentCount, 4)
    })

    it('takes what another device goes on to send into the new recording', () => {
      const [late] = resultOf(after(16_000)).verdicts.slice(8)
      equal(late?.session, 'none.2')
    })
  })

  it('restarts twice', () => {
    const three = longRequest('three')
    const next = [one.lost(), two.header(), ...ofRequest(two, 1, 2), two.lost(), three.header()]
    const all = [...first, ...next, ...ofRequest(three, 1, 2)]
    deepEqual([...new Set(sessionsOf(all))], ['none', 'none.2', 'none.3'])
    deepEqual(codesOf(resultOf(all)).flat(), [
      'body-incomplete',
      'session-restarted',
      'body-incomplete',
      'session-restarted',
    ])
  })

  describe('is none', () => {
    /** No new recording begins. */
    const codesOfOne = (old: readonly TestObject[], next: readonly TestObject[]) => {
      deepEqual([...new Set(sessionsOf([...old, ...next]))], ['none'])
      return codesAfter(old, next)
    }

    it('where it goes on after the loss of a connection', () => {
      const next = [one.lost(), two.header(), ...ofRequest(two, 4, 5)]
      deepEqual(codesOfOne(first, next), [['body-incomplete'], ['init-repeated'], [], []])
    })

    it('where it sends the last segments again before it goes on', () => {
      const again = [2, 3].map((nth) => two.segment(nth, {}, { sha256: `one-${nth}` }))
      const next = [one.lost(), two.header(), ...again, ...ofRequest(two, 4)]
      deepEqual(codesOfOne(first, next), [
        ['body-incomplete'],
        ['init-repeated'],
        ...[['upload-repeated'], ['upload-repeated'], []],
      ])
    })

    it('where it sends all of it again', () => {
      const long = [one.header(), ...ofRequest(one, 1, 2, 3, 4, 5, 6, 7)]
      const again = [1, 2, 3].map((nth) => two.segment(nth, {}, { sha256: `one-${nth}` }))
      const codes = codesOfOne(long, [one.lost(), two.header(), ...again])
      deepEqual(codes, [['body-incomplete'], ['init-repeated'], ['tfdt-overlap'], [], []])
    })

    it('where two tracks come in two requests at once', () => {
      const audio = longRequest('two', 'Streams(a.cmfa)')
      const media = [1, 2, 3].flatMap((nth) => [one.segment(nth), audio.segment(nth)])
      deepEqual(codesOfOne([], [one.header(), audio.header(sound, 'sound'), ...media]).flat(), [])
    })

    it('where another track comes to the same URL', () => {
      const codes = codesOfOne([...first, one.lost()], [two.header(sound, 'sound')]).flat()
      deepEqual(codes, ['init-changed'])
    })

    it('where two encoders send the same', () => {
      const copyOf = (nth: number) => two.segment(nth, {}, { sha256: `one-${nth}` })
      const together = [1, 2, 3].flatMap((nth) => [one.segment(nth), copyOf(nth)])
      const codes = codesOfOne([one.header(), two.header()], together)
      deepEqual(
        codes,
        [1, 2, 3].flatMap(() => [[], ['upload-repeated']]),
      )
      const behind = [...ofRequest(one, 1, 2), copyOf(1), one.segment(3), copyOf(2), copyOf(3), copyOf(4)]
      deepEqual(codesOfOne([one.header(), two.header()], behind).flat(), [
        ...['upload-repeated', 'upload-repeated', 'upload-repeated'],
      ])
    })

    it('where a second encoder, with times of its own in prft, is a little behind', () => {
      const next = [two.segment(1, {}, { tookMs: 4_000 }), one.segment(4)]
      deepEqual(codesOfOne([...first, two.header()], next).flat(), ['tfdt-overlap', 'tfdt-gap'])
    })

    it('where the times of one request jump back, or its init segment changes', () => {
      deepEqual(codesOfOne(first, [one.segment(1, {}, { sha256: 'again' })]), [['tfdt-overlap']])
      deepEqual(codesOfOne(first, [one.header({}, 'other')]), [['init-rewritten']])
    })

    it('where another init segment comes while the other request goes on', () => {
      deepEqual(codesOfOne(first, [two.header({}, 'other')]), [['init-rewritten']])
    })

    it('where its first segment comes again before the loss of the connection is known', () => {
      const next = [two.header(), ...ofRequest(two, 1, 2), one.lost()]
      const codes = codesOfOne(first.slice(0, 2), next)
      deepEqual(codes, [['init-repeated'], ['tfdt-overlap'], [], ['body-incomplete']])
    })

    it('where clips follow each other', () => {
      const clips = [1, 2, 3].map((nth) => longRequest(`clip ${nth}`, `clip_${nth}.mp4`))
      const all = clips.flatMap((clip, nth) => [
        ...[clip.header({}, `h ${nth}`), ...ofRequest(clip, 1, 2)],
        nth === 1 ? clip.lost() : clip.whole(),
      ])
      deepEqual(codesOfOne([], all).flat(), ['body-incomplete'])
    })

    it('where the loss of one of several clips is found late', () => {
      const [one, two, three] = [1, 2, 3].map((nth) => longRequest(`clip ${nth}`, `clip_${nth}.mp4`))
      ok(one && two && three)
      const all = [one, two].flatMap((clip) => [clip.header(), ...ofRequest(clip, 1, 2)])
      const next = [two.whole(), one.lost(), three.header(), ...ofRequest(three, 1, 2)]
      deepEqual(codesOfOne(all, next).flat(), ['body-incomplete'])
    })

    it('where the track had ended', () => {
      const end = other(`${partFolderOf(url, 'one')}/end.mp4`, { endsTrack: true })
      const ended = [...first, { ...end, cut: { part: { of: 'one', from: 0 } } }, one.whole()]
      deepEqual(codesOfOne(ended, [two.header(), ...ofRequest(two, 1, 2)]), [['init-repeated'], [], []])
    })
  })
})
