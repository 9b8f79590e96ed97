import { deepEqual } from 'node:assert/strict'
import {
  codesOf,
  dynamicMpd,
  finalPlaylist,
  hlsSegment,
  init,
  initialPlaylist,
  multivariant,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from './testing/arrivals.ts'

const tracks = ['video', 'audio']
const about = { video: {}, audio: { handler: 'soun', codec: 'mp4a.40.2', timescale: 1000 } } as const
const stream = streamOf('dash', tracks)

/** MPDs as the example camera of Matter writes them: both attributes and, at the end, a timeline. */
const named = (session: number, count: number | null) => ({
  representations: tracks.map((track) =>
    representation(`session_${session}`, track, {
      codecs: track === 'video' ? 'avc1.4d401f' : 'mp4a.40.2',
      timeline: count === null ? null : [{ t: 0, d: 4000, count }],
    }),
  ),
})
const inits = (session: number): TestObject[] => [
  init(about.video, {}, 'video', session),
  init(about.audio, {}, 'audio', session),
]
const segments = (session: number, ...numbers: number[]): TestObject[] =>
  numbers.flatMap((number) => tracks.map((track) => segment(number, {}, {}, track, session)))
const opened = (session: number): TestObject[] => [
  dynamicMpd(session, named(session, null)),
  ...inits(session),
]

describe('a camera that records', () => {
  it('without a flaw gets no finding, not even a note', () => {
    const objects = [...opened(1), ...segments(1, 1001, 1002, 1003), staticMpd(1, named(1, 3))]
    deepEqual(codesOf(validateInOrder(stream, objects), true).flat(), [])
  })

  it('restarts, repeats, skips and ends twice: these four findings and no others', () => {
    const [again] = segments(2, 1002)
    const objects = [
      ...[...opened(1), ...segments(1, 1001, 1002)],
      ...[...opened(2), ...segments(2, 1001, 1002), ...(again ? [again] : [])],
      segment(1003, {}, {}, 'audio', 2),
      ...segments(2, 1004),
      ...[staticMpd(2, named(2, null)), staticMpd(2, named(2, null))],
    ]
    const { verdicts } = validateInOrder(stream, objects)
    const result = verdicts.flatMap(({ findings, session }, at) =>
      findings.map(({ code, severity }) => [objects[at]?.path, session, code, severity]),
    )
    deepEqual(result, [
      ['session_2/index.mpd', '2', 'session-abandoned', 'warning'],
      ['session_2/video/segment_1002.m4s', '2', 'upload-repeated', 'note'],
      ['session_2/video/segment_1004.m4s', '2', 'segment-number-gap', 'error'],
      ['session_2/index.mpd', '2', 'upload-repeated', 'note'],
    ])
  })

  it('does the same with the number of the session used again', () => {
    const first = [...opened(1), ...segments(1, 1001), staticMpd(1, named(1, 1))]
    const fresh = segments(1, 1001).map((object) => ({ ...object, sha256: `${object.path} anew` }))
    const second = [...opened(1), ...fresh, staticMpd(1, { ...named(1, 1), periodStart: 'PT1S' })]
    deepEqual(codesOf(validateInOrder(stream, [...first, ...second]), true).flat(), ['session-number-reused'])
  })

  it('records over HLS without a flaw', () => {
    const objects = [
      multivariant(2, { uris: ['video/index.m3u8', 'audio/index.m3u8'] }),
      ...tracks.map((track) => initialPlaylist(track)),
      ...inits(1),
      ...tracks.flatMap((track) =>
        [1001, 1002].map((number) => hlsSegment(number, 'X-EXTINF-duration', '4', track)),
      ),
      ...tracks.map((track) =>
        finalPlaylist(2, { map: `${track}.init`, uris: ['segment_1001.m4s', 'segment_1002.m4s'] }, track),
      ),
    ]
    deepEqual(codesOf(validateInOrder(streamOf('hls', tracks), objects), true).flat(), [])
  })
})
