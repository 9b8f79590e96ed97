import { deepEqual, equal } from 'node:assert/strict'
import { parseObjectName } from './object-name.ts'

const short = (path: string, ingest: 'dash' | 'cmaf-ingest' = 'cmaf-ingest') => {
  const { session, kind, track, number } = parseObjectName(ingest, path)
  return [session, kind, track, number]
}

describe('parseName', () => {
  it('reads the layout of Matter', () => {
    deepEqual(short('session_1/index.mpd'), ['1', 'mpd', null, null])
    deepEqual(short('session_12/index.m3u8'), ['12', 'multivariant', null, null])
    deepEqual(short('session_1/video/index.m3u8'), ['1', 'playlist', 'video', null])
    deepEqual(short('session_1/video/video.init'), ['1', 'init', 'video', null])
    deepEqual(short('session_1/video/segment_1001.m4s'), ['1', 'segment', 'video', 1001])
  })

  it('has no other layout on a dash stream', () => {
    for (const path of [
      'index.mpd',
      'session_1/v.mpd',
      'session_1/segment_1.m4s',
      'session_1/a/b/segment_1.m4s',
    ]) {
      equal(parseObjectName('dash', path).isMatter, false)
      equal(parseObjectName('dash', path).kind, null)
    }
  })

  it('sees zero padding', () => {
    equal(parseObjectName('dash', 'session_01/index.mpd').padded, true)
    equal(parseObjectName('dash', 'session_1/v/segment_01001.m4s').padded, true)
    equal(parseObjectName('dash', 'session_1/v/segment_1001.m4s').padded, false)
    equal(parseObjectName('dash', 'session_007/index.mpd').session, '7')
  })

  it('reads the forms of DASH-IF', () => {
    deepEqual(short('Streams(video.cmfv)'), ['none', null, 'video', null])
    deepEqual(short('Switching(a)/Streams(video-720p.cmfv)'), ['none', null, 'video-720p', null])
    deepEqual(short('Streams(video.cmfv)/InitializationSegment'), ['none', 'init', 'video', null])
    deepEqual(short('Streams(video.cmfv)/Segment(123)'), ['none', 'segment', 'video', 123])
  })

  it('puts init segment and segments of free names into one track', () => {
    const pairs = [
      ['init-stream0.m4s', 'chunk-stream0-00001.m4s', 'stream0'],
      ['track-0/init.cmfv', 'track-0/1.cmfv', 'track-0'],
      ['video_init.mp4', 'video_12.m4s', 'video'],
      ['init.mp4', 'seg-7.m4s', 'media'],
    ] as const
    for (const [init, segment, track] of pairs) {
      equal(parseObjectName('cmaf-ingest', init).track, track)
      equal(parseObjectName('cmaf-ingest', segment).track, track)
    }
  })
})
