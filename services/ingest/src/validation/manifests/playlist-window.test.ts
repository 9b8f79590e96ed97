import { deepEqual } from 'node:assert/strict'
import {
  codesOf,
  finalPlaylist,
  hlsSegment,
  init,
  initAt,
  initialPlaylist,
  mediaAt,
  multivariant,
  playlistAt,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const version = (mediaSequence: number | null, ...uris: string[]) =>
  playlistAt('v/live.m3u8', { mediaSequence, uris, extinfCount: uris.length, maps: ['init.mp4'] })
const codes = (...versions: ReturnType<typeof version>[]) =>
  codesOf(validateInOrder(streamOf('cmaf-ingest'), versions)).flat()

describe('versions of a media playlist', () => {
  const before = version(4, 's4.m4s', 's5.m4s')

  it('get segments at their end and lose them at their start, which is counted', () => {
    deepEqual(codes(before, version(4, 's4.m4s', 's5.m4s', 's6.m4s'), version(6, 's6.m4s', 's7.m4s')), [])
    deepEqual(codes(version(0), version(0, 's0.m4s')), [])
    deepEqual(codes(before, version(9, 's9.m4s')), [])
  })

  it('do not count back, nor lose segments uncounted or at their end', () => {
    deepEqual(codes(before, version(3, 's4.m4s', 's5.m4s', 's6.m4s')), ['playlist-sequence'])
    deepEqual(codes(before, version(4, 's5.m4s', 's6.m4s')), ['playlist-sequence'])
    deepEqual(codes(before, version(4, 's4.m4s')), ['playlist-sequence'])
  })

  it('are not compared with one that names only what has changed, nor with another playlist', () => {
    deepEqual(codes(before, version(null, 's9.m4s'), version(3, 's3.m4s')), [])
    deepEqual(codes(before, { ...version(1, 's1.m4s'), path: 'v/other.m3u8' }), [])
  })
})

describe('what versions of a media playlist have said', () => {
  type Facts = NonNullable<NonNullable<TestObject['inspection']>['playlist']>
  /** Segments of 4 s from a number on, the last of them with facts of their own. */
  const listing = (mediaSequence: number, count: number, facts: Partial<Facts> = {}) => {
    const uris = Array.from({ length: count }, (_, at) => `s${mediaSequence + at}.m4s`)
    const durations = Array<number>(count).fill(4)
    return playlistAt('v/live.m3u8', {
      ...{ mediaSequence, uris, durations, extinfCount: count, segmentCount: count, maps: ['init.mp4'] },
      targetDuration: 4,
      ...facts,
    })
  }
  const told = ['playlist-changed']

  it('stays: target duration, type and segments', () => {
    deepEqual(codes(listing(0, 3), listing(2, 3), listing(2, 4, { hasEndList: true })), [])
    deepEqual(codes(listing(0, 3), listing(1, 3, { targetDuration: 5 })), told)
    deepEqual(codes(listing(0, 3), listing(0, 4, { targetDuration: 5, hasEndList: true })), told)
    deepEqual(codes(listing(0, 2), listing(0, 3, { durations: [4, 3.5, 4] })), told)
    const event = { playlistType: 'EVENT' }
    deepEqual(
      codes(
        listing(0, 2, event),
        listing(0, 3, event),
        listing(0, 3, { playlistType: 'VOD', hasEndList: true }),
      ),
      [],
    )
    deepEqual(codes(listing(0, 2, event), listing(1, 2, event)), told)
    deepEqual(codes(listing(0, 2, event), listing(0, 3)), told)
  })

  it('has each segment under its number', () => {
    const shifted = listing(3, 3, { uris: ['s2.m4s', 's3.m4s', 's4.m4s'] })
    deepEqual(codes(listing(0, 5), shifted), ['playlist-sequence'])
    deepEqual(codes(listing(0, 3), listing(0, 4, { uris: ['s0.m4s', 'x.m4s', 's2.m4s', 's3.m4s'] })), [
      'playlist-sequence',
    ])
    deepEqual(codes(listing(0, 20), listing(15, 20)), [])
    const withGap = listing(4, 3, { uris: ['s5.m4s', 's6.m4s'], durations: [4, 4] })
    deepEqual(codes(listing(3, 3), withGap, listing(5, 3)), [])
  })

  it('has no segment under two numbers, unless names come round', () => {
    const renumbered = listing(3, 2, { uris: ['s2.m4s', 's3.m4s'] })
    deepEqual(codes(listing(0, 3), renumbered), ['playlist-sequence'])
    const round = (mediaSequence: number) =>
      listing(mediaSequence, 3, { uris: [0, 1, 2].map((at) => `s${(mediaSequence + at) % 4}.m4s`) })
    deepEqual(codes(round(0), round(1), round(5), round(8), round(9)), [])
    const ranges = (mediaSequence: number) => listing(mediaSequence, 3, { uris: Array(3).fill('all.mp4') })
    deepEqual(codes(ranges(0), ranges(1)), [])
  })

  it('has the init segment that its first segment had', () => {
    const mapped = (map: string, mediaSequence = 0) => listing(mediaSequence, 2, { map })
    deepEqual(codes(mapped('init.mp4'), mapped('init.mp4'), mapped('b.mp4', 1)), [])
    deepEqual(codes(mapped('init.mp4'), mapped('b.mp4')), told)
  })

  it('explains where times begin anew, which is withdrawn then', () => {
    const media = (nth: number, at: number) => mediaAt(`v/s${nth}.m4s`, nth, { decodeTime: at * 4_000 })
    const objects = [initAt('v/init.mp4'), media(1, 0), media(2, 1), media(3, 0)]
    const withdrawnBy = (...versions: TestObject[]) => {
      const { verdicts } = validateInOrder(streamOf('cmaf-ingest'), [...objects, ...versions])
      deepEqual(
        verdicts[3]?.findings.flatMap(({ code, severity }) => (severity === 'note' ? [] : code)),
        ['tfdt-overlap'],
      )
      return verdicts.flatMap(({ withdrawn }) => withdrawn.map(({ upload, code }) => `${code} of ${upload}`))
    }
    const explained = listing(1, 3, { discontinuities: [2] })
    deepEqual(withdrawnBy(explained, listing(1, 3, { discontinuities: [2], hasEndList: true })), [
      'tfdt-overlap of u4',
    ])
    deepEqual(withdrawnBy(listing(1, 3)), [])
    deepEqual(withdrawnBy(listing(1, 3, { discontinuities: [1] })), [])
  })

  it('counts the discontinuities that have left it', () => {
    const broken = { discontinuities: [1] }
    const counted = (discontinuitySequence: number, ...discontinuities: number[]) => ({
      discontinuitySequence,
      ...(discontinuities.length > 0 ? { discontinuities } : {}),
    })
    deepEqual(codes(listing(0, 3, broken), listing(1, 3, { discontinuities: [0] })), [])
    deepEqual(codes(listing(0, 3, broken), listing(2, 3, counted(1))), [])
    deepEqual(codes(listing(0, 3, broken), listing(9, 3, counted(4))), [])
    deepEqual(codes(listing(0, 3, counted(5)), listing(1, 3, counted(5, 2))), [])
    deepEqual(codes(listing(0, 3, broken), listing(2, 3)), told)
    deepEqual(codes(listing(0, 3, broken), listing(1, 3, counted(1, 0))), told)
    deepEqual(codes(listing(0, 3, counted(5)), listing(1, 3, counted(4))), told)
    deepEqual(codes(listing(0, 3, broken), listing(9, 3)), told)
  })
})

describe('the final playlist of a Matter camera', () => {
  const said = { mediaSequence: 1_001, targetDuration: 4 }
  const weighed = (facts: Parameters<typeof finalPlaylist>[1]) => {
    const objects = [multivariant(), initialPlaylist('video', said), init(), hlsSegment(1_001)]
    const { verdicts } = validateInOrder(streamOf('hls'), [
      ...objects,
      finalPlaylist(1, { ...said, ...facts }),
    ])
    return verdicts.at(-1)?.findings.map(({ code, severity }) => `${severity} ${code}`)
  }

  it('keeps the target duration and counts on from the initial one', () => {
    deepEqual(weighed({}), [])
    deepEqual(weighed({ targetDuration: 6 }), ['warning playlist-changed'])
    deepEqual(weighed({ mediaSequence: 0 }), ['warning playlist-sequence'])
  })
})

describe('a playlist that has ended', () => {
  const stream = streamOf('cmaf-ingest')
  const ended = (count: number, seconds = 4) =>
    playlistAt('v/live.m3u8', {
      uris: Array.from({ length: count }, (_, at) => `${at + 1}.m4s`),
      ...{ maps: ['init.mp4'], segmentCount: count, extinfCount: count, hasEndList: true },
      durations: Array<number>(count).fill(seconds),
    })
  const media = [1, 2, 3].map((nth) => mediaAt(`v/${nth}.m4s`, nth))
  const objects = [initAt('v/init.mp4'), ...media]
  const last = (...sent: TestObject[]) => codesOf(validateInOrder(stream, sent)).at(-1)

  it('lists what came, or a window of it', () => {
    deepEqual(last(...objects, ended(3)), [])
    deepEqual(last(...objects, ended(2)), [])
    deepEqual(last(ended(3)), [])
  })

  it('is told where it lists more, or other times', () => {
    deepEqual(last(...objects, ended(4)), ['manifest-names-missing-segments'])
    deepEqual(last(...objects, ended(3, 6)), ['manifest-timing-off'])
    deepEqual(last(initAt('w/init.mp4'), mediaAt('w/1.m4s', 1), ended(3)), ['manifest-names-unknown-track'])
  })

  it('is right once the rest has come', () => {
    const late = validateInOrder(stream, [...objects, ended(4), mediaAt('v/4.m4s', 4)])
    deepEqual(
      late.verdicts.at(-1)?.withdrawn.map(({ code }) => code),
      ['manifest-names-missing-segments'],
    )
  })

  it('may name ranges of one file, and media of other kinds', () => {
    const one = { ...ended(4) }
    const ranges = playlistAt('v/live.m3u8', { ...one.inspection?.playlist, uris: Array(4).fill('all.mp4') })
    deepEqual(last(...objects, ranges), [])
    const ts = playlistAt('v/live.m3u8', {
      ...one.inspection?.playlist,
      uris: ['1.ts', '2.ts', '3.ts', '4.ts'],
    })
    deepEqual(last(...objects, ts), [])
  })
})
