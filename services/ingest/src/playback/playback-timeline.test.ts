import { deepEqual, equal, ok } from 'node:assert/strict'
import { inspectManifest } from '../media/inspect-manifest.ts'
import { mediaPlaylistOf, multivariantOf } from './hls.ts'
import { mpdOf } from './playback-mpd.ts'
import { type TrackSegments, timelineOf } from './playback-timeline.ts'
import { audio, shifted, startMs, video, withInit } from './testing/tracks.ts'

describe('a manifest of our own', () => {
  it('names what came, by its decode times', () => {
    equal(
      mpdOf(timelineIn([video(0, 3), audio(0, 3)]), { isLive: false, windowSeconds: null }),
      `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S" type="static" mediaPresentationDuration="PT6S">
  <Period id="p0" start="PT0S">
    <AdaptationSet id="1" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <Representation id="1" codecs="avc1.4d401f" bandwidth="4000" width="640" height="360">
        <SegmentTemplate timescale="1000" presentationTimeOffset="0" initialization="video/i1/init.mp4" media="video/$Time$.m4s">
          <SegmentTimeline>
            <S t="0" d="2000" r="2"/>
          </SegmentTimeline>
        </SegmentTemplate>
      </Representation>
    </AdaptationSet>
    <AdaptationSet id="2" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1" lang="deu">
      <Representation id="2" codecs="mp4a.40.2" bandwidth="4000">
        <SegmentTemplate timescale="48000" presentationTimeOffset="0" initialization="audio/a1/init.mp4" media="audio/$Time$.m4s">
          <SegmentTimeline>
            <S t="0" d="96000" r="2"/>
          </SegmentTimeline>
        </SegmentTemplate>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
`,
    )
  })

  it('counts from the first segment, whether clocks begin at 0 or in 1970', () => {
    const epoch = 1_780_000_000
    const timeline = timelineIn([video(epoch, 2), audio(epoch, 2)])
    equal(timeline.endSeconds, 4)
    equal(timeline.startMs, startMs)
    const text = mpdOf(timeline, { isLive: true, windowSeconds: 1_800 })
    ok(text.includes('presentationTimeOffset="1780000000000"'), text)
    ok(text.includes('availabilityStartTime="2026-01-01T00:00:00.000Z"'), text)
    ok(text.includes('<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="/time"/>'), text)
  })

  it('shows clips whose own times begin anew one behind the other', () => {
    const clips = [video(0, 2), shifted(video(4, 2, 2), 4)]
    const [first, second] = clips
    if (!first || !second) throw new Error('no clips')
    const timeline = timelineIn([{ ...first, segments: clips.flatMap(({ segments }) => segments) }])
    deepEqual(
      timeline.periods.map(({ startSeconds, tracks }) => [startSeconds, tracks[0]?.offset]),
      [
        [0, 0],
        [4, 0],
      ],
    )
    const text = mpdOf(timeline, { isLive: false, windowSeconds: null })
    deepEqual(text.match(/media="[^"]*"/g), [
      'media="video/$Time$.m4s"',
      'media="video/$Time$.m4s?shift=4000"',
    ])
    deepEqual(text.match(/<S [^>]*>/g), ['<S t="0" d="2000" r="1"/>', '<S t="0" d="2000" r="1"/>'])
    const playlist = mediaPlaylistOf(timeline, 'video', { isLive: false, mediaSequence: 0 })
    deepEqual(playlist?.match(/^(#EXT-X-DISC|\d+\.m4s).*$/gm), [
      '0.m4s',
      '2000.m4s',
      '#EXT-X-DISCONTINUITY',
      '4000.m4s',
      '6000.m4s',
    ])
  })

  it('gives tracks whose clocks have nothing in common an offset each', () => {
    const timeline = timelineIn([video(0, 2), audio(1_000, 2)])
    deepEqual([timeline.hasOwnClocks, timeline.endSeconds], [true, 4])
    deepEqual(
      timeline.periods[0]?.tracks.map(({ offset }) => offset),
      [0, 48_000_000],
    )
  })

  it('is made of more segments than a function takes arguments', () => {
    const timeline = timelineIn([video(0, 150_000)])
    equal(timeline.endSeconds, 300_000)
    ok(mpdOf(timeline, { isLive: false, windowSeconds: null }).includes('<S t="0" d="2000" r="149999"/>'))
    ok(mediaPlaylistOf(timeline, 'video', { isLive: false, mediaSequence: 0 })?.includes('299998000.m4s'))
  })

  it('names a time where durations lead out of what dates can say', () => {
    const track = video(0, 1)
    const endless = track.segments.map((segment) => ({ ...segment, duration: Number.MAX_SAFE_INTEGER }))
    const [first] = endless
    if (!first) throw new Error('there is a segment')
    const timeline = timelineIn([
      {
        ...track,
        first,
        segments: endless.map((one) => ({ ...one, initView: { ...one.initView, timescale: 1 } })),
      },
    ])
    ok(mpdOf(timeline, { isLive: true, windowSeconds: null }).includes('publishTime="9999-12-31'))
    ok(
      mediaPlaylistOf(timeline, 'video', { isLive: true, mediaSequence: 0 })?.includes(
        '#EXT-X-PROGRAM-DATE-TIME:',
      ),
    )
  })

  it('leaves gaps as they are, and leaves out what overlaps or was sent again', () => {
    const track = video(0, 5)
    const at = (n: number) => track.segments[n] ?? fail()
    const again = { ...at(1), upload: 'again' }
    const late = { ...at(2), decodeTime: 5_000, upload: 'late' }
    const timeline = timelineIn([{ ...track, segments: [at(0), at(1), again, at(2), late, at(4)] }])
    const [period] = timeline.periods
    deepEqual(
      period?.tracks[0]?.segments.map(({ upload }) => upload),
      ['v0', 'again', 'v2', 'v4'],
    )
    deepEqual(timeline.overlaps, [{ track: 'video', decodeTime: 5_000 }])
    const text = mpdOf(timeline, { isLive: false, windowSeconds: null })
    ok(text.includes('<S t="0" d="2000" r="2"/>\n            <S t="8000" d="2000"/>'), text)
    ok(text.includes('<!-- left out, because they overlap: video at 5000 -->'), text)
  })

  it('begins a period where an init segment says something else, not where only its bytes differ', () => {
    const first = video(0, 3)
    const same = withInit(video(6, 1, 3), { ...first.firstInit, upload: 'i2', sha256: 'i2' })
    const other = withInit(video(8, 2, 4), { ...first.firstInit, upload: 'i3', sha256: 'i3', width: 1_280 })
    const track = { ...first, segments: [...first.segments, ...same.segments, ...other.segments] }
    const timeline = timelineIn([track, audio(0, 6)])
    deepEqual(
      timeline.periods.map(({ startSeconds, tracks }) => [
        startSeconds,
        tracks.map(({ segments }) => segments.length),
      ]),
      [
        [0, [4, 4]],
        [8, [2, 2]],
      ],
    )
    const playlist = mediaPlaylistOf(timeline, 'video', { isLive: false, mediaSequence: 0 }) ?? ''
    equal(playlist.match(/#EXT-X-DISCONTINUITY\n/g)?.length, 1)
    equal(playlist.match(/#EXT-X-MAP/g)?.length, 2)
  })

  it('can be read by our own readers, whatever the names', () => {
    for (const name of ['video', 'a/b c', '"<&>\'', '$Number$', 'ü'.repeat(40), '..', '--', '\u202e']) {
      const timeline = timelineIn([{ ...video(0, 4), name }, audio(0, 4)])
      for (const isLive of [true, false]) {
        const text = mpdOf(timeline, { isLive, windowSeconds: null })
        const { mpd, faults } = inspectManifest(text, 'play/1/1/manifest.mpd', 'mpd')
        deepEqual(faults, [], text)
        deepEqual(
          mpd?.representations.map(({ timeline }) => timeline?.[0]?.count),
          [4, 4],
        )
        equal(mpd?.hasAbsoluteUrl || mpd?.leavesStream, false)
        const playlists = [
          multivariantOf(timeline),
          mediaPlaylistOf(timeline, name, { isLive, mediaSequence: 0 }),
        ]
        for (const playlist of playlists) {
          const read = inspectManifest(playlist ?? '', 'play/1/1/v/media.m3u8', 'playlist')
          deepEqual([read.faults, read.playlist?.leavesStream], [[], false], playlist ?? '')
        }
        ok(playlists[1]?.includes('#EXT-X-ENDLIST') === !isLive)
      }
    }
  })

  it('is none without segments', () => {
    equal(timelineOf([]), null)
  })
})

function timelineIn(tracks: readonly TrackSegments[]) {
  return timelineOf(tracks) ?? fail()
}

function fail(): never {
  throw new Error('there is none')
}
