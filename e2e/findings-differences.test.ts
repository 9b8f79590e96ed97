import { deepEqual, equal, ok } from 'node:assert/strict'
import { listed, vod } from './support/findings/manifests.ts'
import { initOf, segmentOf } from './support/findings/media.ts'
import {
  cutOff,
  dynamicMpd,
  ended,
  finalPlaylist,
  headed,
  hlsReady,
  hlsSegment,
  init,
  initialPlaylist,
  multivariant,
  object,
  playlist,
  recorded,
  segment,
  started,
  staticMpd,
} from './support/findings/objects.ts'
import { dash, expecting, hls, ingest, type Scenario } from './support/findings/scenario.ts'
import { type ScenarioRunner, scenarioRunner } from './support/findings/scenario-runner.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const none = (count: number): string[][] => Array.from({ length: count }, () => [])

/** Where the reference is wrong: what is sent, and the codes of the answers, each request's in turn. */
const differences: readonly (readonly [Scenario, codes: readonly (readonly string[])[]])[] = [
  [
    hls(
      'takes X-EXTINF-duration in any letter case',
      ...hlsReady,
      ...['X-EXTINF-duration', 'x-extinf-duration', 'X-Extinf-Duration'].map((header, at) =>
        hlsSegment(1001 + at, '1.0', header),
      ),
    ),
    none(6),
  ],
  [
    dash(
      'tells a gap in segment numbers once',
      ...started,
      ...[1001, 1004, 1005, 1006].map((number) => segment(number)),
    ),
    [...none(3), ['segment-number-gap'], ...none(2)],
  ],
  [
    dash(
      'counts another static MPD to its session',
      ...ended,
      staticMpd(),
      staticMpd(1, { start: 'PT1S' }),
      dynamicMpd(2),
    ),
    [...none(4), ['upload-repeated'], ['mpd-static-repeated'], []],
  ],
  [
    dash(
      'lets a camera that restarted begin its next session',
      ...recorded,
      dynamicMpd(2),
      init(initOf(), 'video', 2),
      segment(1001, segmentOf(1), 'video', 2),
    ),
    [...none(3), ['session-abandoned'], ...none(2)],
  ],
  [
    dash(
      'warns once of sessions that begin at 7',
      dynamicMpd(7),
      init(initOf(), 'video', 7),
      segment(1001, segmentOf(1), 'video', 7),
      staticMpd(7),
      dynamicMpd(8),
    ),
    [['session-number'], ...none(4)],
  ],
  [
    hls(
      'knows another initial playlist by its content',
      multivariant('video'),
      initialPlaylist(),
      playlist('video', '#EXT-X-MAP:URI="video.init"'),
      init(),
      hlsSegment(1001),
      finalPlaylist(1),
    ),
    [...none(2), ['hls-initial-repeated'], ...none(3)],
  ],
  [
    dash('keeps the finding on a playlist of another interface', multivariant('video')),
    [['manifest-interface']],
  ],
  [
    hls(
      'misses ENDLIST in a final playlist',
      ...hlsReady,
      hlsSegment(1001),
      playlist('video', vod, ...listed(1)),
    ),
    [...none(4), ['hls-final-no-endlist']],
  ],
  [
    dash(
      'warns of zero-padded numbers and counts them',
      ...started,
      object('session_1/video/segment_01001.m4s', segmentOf(1)),
      segment(1002),
    ),
    [...none(2), ['number-padded'], []],
  ],
]

describe('where the reference is wrong', function () {
  this.timeout(30_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  let device: ScenarioRunner
  before(async () => {
    device = await scenarioRunner(server())
  })
  after(() => device?.[Symbol.dispose]())

  for (const [scenario, codes] of differences) {
    it(scenario.what, async () => {
      const { judged } = await device.run(scenario)
      deepEqual(codesOf(judged), codes)
    })
  }

  it('finds nothing worse than notes in what the camera of the SDK sends to a cmaf-ingest stream', async () => {
    const segments = [1001, 1002, 1003].map((number) => segment(number))
    const { stream, judged } = await device.run(
      ingest('', ...started, ...segments, staticMpd(1, { seconds: 3 })),
    )
    ok(judged.every(({ findings }) => findings.every(({ severity }) => severity === 'note')))
    equal((await get(stream)).sessions[0].complete, true)
  })

  it('changes nothing for the same bytes again', async () => {
    const { stream, judged } = await device.run(dash('', ...recorded, segment(1001), segment(1002)))
    deepEqual(codesOf(judged).slice(3), [['upload-repeated'], []])
    const [session] = (await get(stream)).sessions
    equal(session.tracks.video.segment_count, 2)
  })

  it('lets the newest bytes at a path decide, and keeps the older', async () => {
    const bad = segment(1001, Buffer.from('no media'))
    const { stream, judged } = await device.run(dash('', ...started, bad, segment(1001), segment(1002)))
    deepEqual(codesOf(judged).slice(2), [['media-not-isobmff'], ['path-reused'], []])
    deepEqual((await get(stream)).error_uploads, [])
    const uploads = (await get(`${stream}/uploads`)).uploads as { path: string }[]
    equal(uploads.filter(({ path }) => path === bad.path).length, 2)
    equal(
      String((await device.get(`/streams/${stream}/${bad.path}?version=${judged[2]?.upload}`)).body),
      'no media',
    )
  })

  it('counts a segment after the static MPD to its session', async () => {
    const { stream, judged } = await device.run(dash('', ...ended, segment(1002)))
    deepEqual(codesOf(judged).at(-1), ['segment-after-end'])
    deepEqual(
      (await get(stream)).error_uploads.map(({ session_id }: { session_id: number }) => session_id),
      [1],
    )
  })

  it('opens a session of its own for a number that is used again', async () => {
    const again = [dynamicMpd(1, { start: 'PT1S' }), init(), segment(1001, segmentOf(1, { sequence: 7 }))]
    const { stream, judged } = await device.run(dash('', ...ended, ...again, staticMpd(1, { start: 'PT1S' })))
    deepEqual(codesOf(judged).slice(4), [['session-number-reused'], ...none(3)])
    const { sessions } = await get(stream)
    deepEqual(
      sessions.map(({ key, complete }: { key: string; complete: boolean }) => [key, complete]),
      [
        ['1', true],
        ['1.2', true],
      ],
    )
  })

  it('ends a track once, however many final playlists it has', async () => {
    const both = [
      multivariant('video', 'audio'),
      initialPlaylist(),
      initialPlaylist('audio'),
      init(),
      init(initOf(), 'audio'),
    ]
    const segments = [
      hlsSegment(1001),
      headed(segment(1001, segmentOf(1), 'audio'), 'X-EXTINF-duration', '1'),
    ]
    const finals = [
      finalPlaylist(1),
      playlist('video', vod, ...listed(1), '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-ENDLIST'),
    ]
    const { stream, judged } = await device.run(hls('', ...both, ...segments, ...finals))
    deepEqual(codesOf(judged), [...none(8), ['hls-final-repeated']])
    const [session] = (await get(stream)).sessions
    deepEqual(
      [session.complete, session.hls_completed_tracks, session.hls_expected_track_count],
      [false, 1, 2],
    )
  })

  it('does not count EXT-X-MEDIA-SEQUENCE as a track', async () => {
    const one = `${multivariant('video').body}#EXT-X-MEDIA-SEQUENCE:0\n`
    const { stream } = await device.run(hls('', object('session_1/index.m3u8', one)))
    equal((await get(stream)).sessions[0].hls_expected_track_count, 1)
  })

  it('completes a session at its static MPD although a track never came', async () => {
    const { stream, judged } = await device.run(expecting('', ['video', 'audio', 'depth'], ...ended))
    deepEqual(codesOf(judged), [...none(3), ['track-missing', 'track-missing']])
    equal((await get(stream)).sessions[0].complete, true)
  })

  it('keeps a malformed MPD', async () => {
    const { stream, judged } = await device.run(dash('', object('session_1/index.mpd', '<MPD')))
    deepEqual(codesOf(judged), [['mpd-malformed']])
    equal(String((await device.get(`/streams/${stream}/session_1/index.mpd`)).body), '<MPD')
  })

  it('keeps an object whose path is a folder of others, and the others', async () => {
    const scenario = ingest(
      '',
      object('a/b.mp4', initOf()),
      object('a', segmentOf(1)),
      object('a/b.mp4/c.m4s', segmentOf(2)),
    )
    const { stream, judged } = await device.run(scenario)
    ok(
      codesOf(judged)
        .slice(1)
        .every((codes) => codes.includes('path-clash')),
      JSON.stringify(judged),
    )
    ok((await device.get(`/streams/${stream}/a/b.mp4`)).body.equals(initOf()))
    equal((await get(`${stream}/uploads`)).uploads.length, 3)
  })

  it('makes no object of a cut-off body, and no gap behind it', async () => {
    const scenario = dash('', ...recorded, cutOff(segment(1002)), segment(1003))
    const { stream, judged } = await device.run(scenario)
    deepEqual(codesOf(judged), [...none(3), ['body-incomplete'], []])
    equal((await device.get(`/streams/${stream}/session_1/video/segment_1002.m4s`)).status, 404)
  })

  const get = async (path: string) => (await device.get(`/streams/${path}`)).json
})

type Told = Awaited<ReturnType<ScenarioRunner['run']>>
const codesOf = (judged: Told['judged']) => judged.map(({ findings }) => findings.map(({ code }) => code))
