import { deepEqual, equal } from 'node:assert/strict'
import { hksvMultivariant, hksvPlaylist, hksvSession, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { at } from '../state.ts'
import { codesOf, streamOf, type TestObject, validateInOrder } from '../testing/arrivals.ts'
import {
  sealedInit,
  sealedMultivariant,
  sealedPlaylist,
  sealedSegment,
  sealedStart,
} from '../testing/hksv-arrivals.ts'
import { sentBytes } from '../testing/sent-bytes.ts'

const plain = Buffer.alloc(1_000, 7)
const resultOf = (objects: readonly TestObject[]) => validateInOrder(streamOf('hksv'), objects)
const codes = (...objects: readonly TestObject[]) => codesOf(resultOf(objects))
const last = (...objects: readonly TestObject[]) => codes(...objects).at(-1)
const sessionOf = (number: string, count: number) =>
  hksvSession(number, plain, Array<Buffer>(count).fill(plain)).map(([path, body]) => sentBytes(path, body))
const first = [...sealedStart, sealedSegment(1001), sealedPlaylist(1)]

describe('a HomeKit Secure Video session', () => {
  it('without a flaw gets one note: that it is sealed', () => {
    const result = resultOf(sessionOf('9876543210987654321', 3))
    deepEqual(codesOf(result, true).flat(), ['encrypted'])
    const session = at(result.state.sessions, '9876543210987654321')
    deepEqual([session?.id, session?.phase, session?.segmentCount], ['9876543210987654321', 'complete', 3])
  })

  it('has any number, and others run beside it', () => {
    const [one, two] = [sessionOf('18446744073709551615', 2), sessionOf('7', 2)]
    const mixed = one.flatMap((object, nth) => [object, two[nth]].filter((found) => found !== undefined))
    deepEqual(codes(...mixed).flat(), [])
  })

  it('may end with the playlist once more', () => {
    deepEqual(codes(...first, sealedPlaylist(1, true)).flat(), [])
  })

  it('begins with init segment, media playlist, multivariant playlist', () => {
    const [init, media, multivariant] = [sealedInit, sealedPlaylist(0), sealedMultivariant()]
    deepEqual(codes(media, init), [['hksv-order'], ['hksv-order']])
    deepEqual(codes(init, multivariant, media), [[], ['hksv-order'], []])
    deepEqual(codes(init, media, sealedSegment(1001)), [[], [], ['hksv-order']])
    deepEqual(last(init, media, multivariant, sentBytes(init.path, sealed('other'))), ['hksv-order'])
    deepEqual(last(...sealedStart, sealedMultivariant()), ['hksv-order'])
  })

  it('has nothing behind its end', () => {
    const ended = [...sealedStart, sealedSegment(1001), sealedPlaylist(1, true)]
    deepEqual(last(...ended, sealedSegment(1002)), ['hksv-order'])
  })

  it('counts its segments from 1001', () => {
    deepEqual(last(...first, sealedSegment(1003)), ['segment-number-gap'])
    deepEqual(last(...sealedStart, sealedSegment(1)), ['segment-number-low'])
    // The same segment sealed anew has other bytes.
    deepEqual(last(...first, sealedSegment(1001)), ['path-reused'])
  })

  it('has playlists that grow by what came', () => {
    const playlistLike = (change: (text: string) => string, count = 1) =>
      last(
        ...sealedStart,
        sealedSegment(1001),
        sentBytes('session_1/video/index.m3u8', change(hksvPlaylist(count))),
      )
    deepEqual(
      playlistLike((text) => text),
      [],
    )
    for (const change of [
      (text: string) => text.replace('EVENT', 'VOD'),
      (text: string) => text.replace('video.init', 'audio.init'),
      (text: string) => text.replace('MEDIA-SEQUENCE:1001', 'MEDIA-SEQUENCE:1002'),
      (text: string) => text.replace('segment_1001', 'segment_1002'),
      (text: string) => text.replace('TARGETDURATION:4', 'TARGETDURATION:2'),
      (text: string) => text.replace('#EXTINF:4.000', '#EXTINF:0'),
    ])
      deepEqual(playlistLike(change), ['hksv-playlist'], change.toString())
    deepEqual(
      playlistLike((text) => text.replace('VERSION:7', 'VERSION:8'), 0),
      ['hksv-playlist'],
    )
    const second = hksvPlaylist(2).replace('#EXTINF:4.000', '#EXTINF:3.000')
    deepEqual(last(...first, sealedSegment(1002), sentBytes('session_1/video/index.m3u8', second)), [
      'hksv-playlist',
    ])
  })

  it('has one key, named in both playlists', () => {
    const media = (text: string) => last(sealedInit, sentBytes('session_1/video/index.m3u8', text))
    deepEqual(media(hksvPlaylist(0).replace(/#EXT-X-KEY.*\n/, '')), ['hksv-key'])
    deepEqual(media(hksvPlaylist(0).replace('AES-256-GCM', 'AES-128')), ['hksv-key'])
    deepEqual(last(sealedInit, sealedPlaylist(0), sealedMultivariant('00000000abcd4000')), ['hksv-key'])
  })

  it('has a sealed start time', () => {
    for (const value of [
      '',
      'e30=',
      Buffer.from('{"method":"AES-256-GCM","tag":"AA=="}').toString('base64'),
    ]) {
      const text = hksvMultivariant().replace(/(timestamp",VALUE=")[^"]*/, `$1${value}`)
      deepEqual(
        last(sealedInit, sealedPlaylist(0), sentBytes('session_1/index.m3u8', text)),
        ['hksv-key'],
        value,
      )
    }
  })

  it('has sealed objects of more than IV and tag', () => {
    for (const length of [1, 31, 32])
      deepEqual(
        codes(sentBytes(sealedInit.path, Buffer.alloc(length, 9))),
        [['sealed-malformed']],
        `${length}`,
      )
    equal(codes(sentBytes(sealedInit.path, sealed('x'))).flat().length, 0)
  })

  it('that a camera begins anew behind its segments is told once, as a recording of its own', () => {
    const broken = sessionOf('7', 3).slice(0, -2)
    const result = resultOf([...broken, ...sessionOf('7', 2)])
    const found = codesOf(result, true).slice(broken.length)
    deepEqual(
      found.flat().filter((code) => code !== 'encrypted'),
      ['session-restarted'],
    )
    deepEqual([...new Set(result.verdicts.map(({ session }) => session))], ['7', '7.2'])
    const { phase, segmentCount } = at(result.state.sessions, '7') ?? {}
    deepEqual([phase, segmentCount], ['complete', 2])
    // Without segments there is no recording yet that it could break off.
    deepEqual(codes(...sealedStart, ...sessionOf('1', 1)).flat()[0], 'hksv-order')
  })

  it('has no MPD and no names of its own', () => {
    deepEqual(codes(sentBytes('session_1/index.mpd', '<MPD/>')), [['extension']])
    deepEqual(codes(sentBytes('clip/init.mp4', sealed('x'))), [['extension']])
    deepEqual(codes(sentBytes('clip/1.m4s', sealed('x'))), [['object-path']])
    deepEqual(codes(sentBytes('session_1/video/index.m3u8', 'no playlist')), [['playlist-malformed']])
  })
})
