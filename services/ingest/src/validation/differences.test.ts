import { deepEqual, equal, ok } from 'node:assert/strict'
import { sessionViewOf } from '../streams/session-view.ts'
import { at } from './state.ts'
import {
  codesOf,
  dynamicMpd,
  finalPlaylist,
  hlsSegment,
  init,
  initialPlaylist,
  mpdAt,
  multivariant,
  other,
  playlistAt,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from './testing/arrivals.ts'
import { dash, hls, hlsReady, started } from './testing/beginnings.ts'

const flawsOf = (stream: typeof dash, objects: readonly TestObject[]) =>
  codesOf(validateInOrder(stream, objects)).flat()

describe('validation, where the reference is wrong', () => {
  it('takes X-EXTINF-duration in any letter case', () => {
    for (const header of ['X-EXTINF-duration', 'x-extinf-duration', 'X-Extinf-Duration']) {
      deepEqual(flawsOf(hls, [...hlsReady, hlsSegment(1001, header)]), [])
    }
  })

  it('reports a gap in segment numbers once and goes on behind it', () => {
    const result = validateInOrder(dash, [
      ...started,
      ...[1001, 1004, 1005, 1006].map((number) => segment(number)),
    ])
    deepEqual(codesOf(result, true), [[], [], [], ['segment-number-gap'], [], []])
  })

  it('notes identical bytes at the same path and changes nothing', () => {
    const once = validateInOrder(dash, [...started, segment(1001), segment(1002)])
    const twice = validateInOrder(dash, [...started, segment(1001), segment(1001), segment(1002)])
    deepEqual(codesOf(twice, true), [[], [], [], ['upload-repeated'], []])
    deepEqual(at(twice.state.sessions, '1')?.tracks, at(once.state.sessions, '1')?.tracks)
  })

  it('gives a better segment at the same path a verdict of its own', () => {
    const bad = other(
      'session_1/video/segment_1001.m4s',
      { faults: [{ code: 'media-not-isobmff', message: 'expected a box' }] },
      {},
    )
    deepEqual(flawsOf(dash, [...started, bad, segment(1001), segment(1002)]), [
      'media-not-isobmff',
      'path-reused',
    ])
  })

  it('counts a second static MPD to the completed session', () => {
    const later = staticMpd(1, {
      periodStart: 'PT1S',
      representations: [representation('session_1', 'video')],
    })
    const result = validateInOrder(dash, [...started, segment(1001), staticMpd(), staticMpd(), later])
    deepEqual(codesOf(result, true).slice(3), [[], ['upload-repeated'], ['mpd-static-repeated']])
    deepEqual(Object.keys(result.state.sessions), ['1'])
    deepEqual(flawsOf(dash, [...started, segment(1001), staticMpd(), later, dynamicMpd(2)]), [])
  })

  it('counts a segment after the static MPD to its session', () => {
    const result = validateInOrder(dash, [...started, segment(1001), staticMpd(), segment(1002)])
    deepEqual(codesOf(result).at(-1), ['segment-after-end'])
    equal(result.verdicts.at(-1)?.session, '1')
  })

  it('opens a new session for a camera that restarted while one was open', () => {
    const result = validateInOrder(dash, [
      ...started,
      segment(1001),
      dynamicMpd(2),
      init({}, {}, 'video', 2),
      segment(1001, {}, {}, 'video', 2),
    ])
    deepEqual(codesOf(result), [[], [], [], ['session-abandoned'], [], []])
    deepEqual(
      result.verdicts[3]?.events.map(({ kind, session }) => `${kind} ${session}`),
      ['session-abandoned 1', 'session-opened 2'],
    )
  })

  it('warns once of a stream whose sessions do not begin at 1', () => {
    const result = validateInOrder(dash, [
      dynamicMpd(7),
      init({}, {}, 'video', 7),
      segment(1001, {}, {}, 'video', 7),
      staticMpd(7),
      dynamicMpd(8),
    ])
    deepEqual(codesOf(result), [['session-number'], [], [], [], []])
    equal(result.verdicts[0]?.findings[0]?.severity, 'warning')
  })

  it('opens a new session where a number comes again after completion, with the same init segment', () => {
    const again = [dynamicMpd(1, { periodStart: 'PT1S' }), init(), segment(1001, {}, { sha256: 'other' })]
    const result = validateInOrder(dash, [...started, segment(1001), staticMpd(), ...again, staticMpd()])
    deepEqual(codesOf(result, true).slice(4), [['session-number-reused'], [], [], []])
    deepEqual(
      result.verdicts.map(({ session }) => session),
      ['1', '1', '1', '1', '1.2', '1.2', '1.2', '1.2'],
    )
  })

  it('recognises a second initial playlist by its content', () => {
    const again = initialPlaylist('video', { map: 'video.init' })
    const result = validateInOrder(hls, [
      multivariant(),
      initialPlaylist(),
      again,
      init(),
      hlsSegment(1001),
      finalPlaylist(1),
    ])
    deepEqual(codesOf(result, true), [[], [], ['hls-initial-repeated'], [], [], []])
  })

  it('completes a track once, however many final playlists it has', () => {
    const result = validateInOrder(hls, [
      multivariant(2),
      initialPlaylist(),
      initialPlaylist('audio'),
      init(),
      init({ handler: 'soun' }, {}, 'audio'),
      hlsSegment(1001),
      hlsSegment(1001, 'X-EXTINF-duration', '4', 'audio'),
      finalPlaylist(1),
      finalPlaylist(1, { map: 'x' }),
    ])
    deepEqual(codesOf(result, true).slice(-2), [[], ['hls-final-repeated']])
    const session = at(result.state.sessions, '1')
    ok(session)
    const { id, number, isComplete, phase, lastObjectMs, tracks, ...view } = sessionViewOf(session)
    deepEqual([id, number, isComplete, phase], ['1', 1, false, 'open'])
    equal(lastObjectMs, Date.parse('2023-11-14T22:13:29.000Z'))
    deepEqual(
      Object.values(tracks).map(({ name, phase, segmentCount, bitrate }) => [
        name,
        phase,
        segmentCount,
        bitrate,
      ]),
      [
        ['video', 'completed', 1, 2000],
        ['audio', 'segments_uploading', 1, 2000],
      ],
    )
    deepEqual([view.hlsTrackCount, view.hlsCompletedTracks], [2, 1])
  })

  it('keeps the finding on a playlist of the wrong interface', () => {
    deepEqual(flawsOf(dash, [playlistAt('session_1/index.m3u8', { trackCount: 1 })]), ['manifest-interface'])
  })

  it('misses ENDLIST in a final playlist', () => {
    const open = finalPlaylist(1, { hasEndList: false })
    deepEqual(flawsOf(hls, [...hlsReady, hlsSegment(1001), open]), ['hls-final-no-endlist'])
  })

  it('misses each expected track at the static MPD and completes the session', () => {
    const result = validateInOrder(streamOf('dash', ['video', 'audio', 'depth']), [
      ...started,
      segment(1001),
      staticMpd(),
    ])
    deepEqual(codesOf(result).at(-1), ['track-missing', 'track-missing'])
    equal(at(result.state.sessions, '1')?.phase, 'complete')
  })

  it('warns of zero-padded numbers and counts them', () => {
    const padded = { ...segment(1001), path: 'session_1/video/segment_01001.m4s' }
    deepEqual(flawsOf(dash, [...started, padded, segment(1002)]), ['number-padded'])
  })

  it('keeps a malformed MPD with one finding', () => {
    deepEqual(flawsOf(dash, [other('session_1/index.mpd')]), ['mpd-malformed'])
  })

  it('reports a path clash and goes on', () => {
    deepEqual(flawsOf(dash, [dynamicMpd(1, {}, { clashes: true }), init()]), ['path-clash'])
  })

  it('takes a cut-off body for no object, and not the next for a gap', () => {
    const result = validateInOrder(dash, [
      ...started,
      segment(1001),
      segment(1002, {}, { whole: false }),
      segment(1003),
    ])
    deepEqual(codesOf(result), [[], [], [], ['body-incomplete'], []])
    const mended = validateInOrder(dash, [
      ...started,
      segment(1001, {}, { whole: false }),
      segment(1001),
      segment(1002),
    ])
    deepEqual(codesOf(mended), [[], [], ['body-incomplete'], [], []])
  })

  it('finds nothing wrong with the camera of the SDK on a cmaf-ingest stream', () => {
    const objects = [...started, segment(1001), segment(1002), segment(1003), staticMpd()]
    const result = validateInOrder(streamOf('cmaf-ingest', ['video']), objects)
    deepEqual(codesOf(result).flat(), [])
    equal(at(result.state.sessions, '1')?.phase, 'complete')
  })

  it('finds nothing wrong with either generation of the camera', () => {
    const timeline = [{ t: 0, d: 4000, count: 2 }]
    const older = [
      representation('session_1', 'video', { media: 'session_1/video/segment_$Number%04d$.m4s', timeline }),
    ]
    const newer = [representation('session_1', 'video', { timeline })]
    for (const representations of [older, newer]) {
      const media = [segment(1001), segment(1002, { explicitDuration: 1500 })]
      const result = validateInOrder(dash, [
        dynamicMpd(1, {}),
        init(),
        ...media,
        staticMpd(1, { representations }),
      ])
      deepEqual(codesOf(result, true).flat(), [])
    }
  })

  it('gives a late manifest the objects that came ahead of it', () => {
    const result = validateInOrder(dash, [init(), segment(1001), dynamicMpd(), segment(1002), staticMpd()])
    deepEqual(codesOf(result), [['segment-before-mpd'], ['segment-before-mpd'], [], [], []])
  })

  it('names what a track lacks where its manifest is missing as well', () => {
    deepEqual(flawsOf(dash, [segment(1001)]), ['segment-before-init', 'segment-before-mpd'])
    deepEqual(flawsOf(dash, [segment(1005)]), [
      'segment-before-init',
      'segment-number-gap',
      'segment-before-mpd',
    ])
    deepEqual(flawsOf(hls, [hlsSegment(1001)]), ['segment-before-playlist', 'segment-before-multivariant'])
    deepEqual(flawsOf(hls, [init()]), ['init-before-playlist', 'segment-before-multivariant'])
  })

  it('takes any codec that one of several representations of a track announces', () => {
    const representations = ['mp4a.40.2', 'avc1.4d401f'].map((codecs) =>
      representation('session_1', 'video', { codecs }),
    )
    deepEqual(flawsOf(dash, [dynamicMpd(1, { representations }), init()]), [])
  })

  it('does not take a manifest of another session for this one', () => {
    const result = validateInOrder(dash, [
      ...started,
      segment(1001),
      staticMpd(),
      mpdAt('session_2/index.mpd', { type: 'static' }),
    ])
    deepEqual(codesOf(result).at(-1), ['mpd-static-early'])
  })
})
