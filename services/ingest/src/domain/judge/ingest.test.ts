import { deepEqual, equal } from 'node:assert/strict'
import { sessionAnswer } from './answer.ts'
import { at } from './state.ts'
import {
  codesOf,
  initAt,
  mediaAt,
  mpdAt,
  other,
  representation,
  type Sent,
  staticMpd,
  streamOf,
  tell,
} from './testing/arrivals.ts'

const stream = streamOf('cmaf-ingest')
const flawsOf = (objects: readonly Sent[], notes = false) => codesOf(tell(stream, objects), notes).flat()
const numbers = [1, 2, 3]

describe('judge on a cmaf-ingest stream', () => {
  it('finds only notes on what ffmpeg sends', () => {
    const named = [
      representation('', 'stream0', {
        initialization: 'init-stream0.m4s',
        media: 'chunk-stream0-$Number%05d$.m4s',
      }),
    ]
    const media = numbers.map((nth) => mediaAt(`chunk-stream0-0000${nth}.m4s`, nth, { hasPrft: false }))
    const mpds = numbers.map((nth) =>
      mpdAt('manifest.mpd', { representations: named, periodStart: `${nth}` }),
    )
    const end = mpdAt('manifest.mpd', { representations: named, type: 'static' })
    const told = tell(stream, [
      initAt('init-stream0.m4s'),
      ...media.flatMap((one, nth) => [one, mpds[nth] ?? one]),
      end,
    ])
    deepEqual(codesOf(told).flat(), [])
    equal(
      codesOf(told, true)
        .flat()
        .filter((code) => code === 'prft-absent').length,
      1,
    )
    deepEqual(Object.keys(at(told.state.sessions, 'none')?.tracks ?? {}), ['stream0'])
  })

  it('finds only notes on what shaka-packager sends, its init segments twice', () => {
    const media = numbers.map((nth) => mediaAt(`video/${nth}.m4s`, nth))
    const early = initAt('video/init.mp4', { defaultSampleDuration: 0 })
    const late = initAt('video/init.mp4', { defaultSampleDuration: 40 })
    deepEqual(flawsOf([early, ...media, late], true), ['init-rewritten'])
  })

  it('finds an init segment changed that takes its default duration back, or has another', () => {
    const early = initAt('video/init.mp4', { defaultSampleDuration: 40 })
    for (const defaultSampleDuration of [0, 20]) {
      deepEqual(flawsOf([early, initAt('video/init.mp4', { defaultSampleDuration })]), ['init-changed'])
    }
  })

  it('misses the moov behind an ftyp and the moof before an mdat', () => {
    const hollow = [other('init.cmfv', { kind: 'init' }), other('1.cmfv', { kind: 'segment' })]
    deepEqual(flawsOf(hollow), ['init-without-moov', 'segment-without-moof'])
    deepEqual(flawsOf([other('1.cmfv', { kind: 'segment', endsTrack: true })]), [])
  })

  it('wants one of $Number$ and $Time$ in a template, not both', () => {
    const flawsWith = (media: string) =>
      flawsOf(
        [
          mpdAt('m.mpd', {
            representations: [representation('', 'v', { written: { initialization: null, media } })],
          }),
        ],
        true,
      ).filter((code) => code === 'mpd-template').length
    const media = ['$Number$', '$Time$', '$Number$-$Time$', '', '$Number%05d$'].map(
      (end) => `$RepresentationID$-${end}`,
    )
    deepEqual(media.map(flawsWith), [0, 0, 1, 1, 0])
  })

  it('takes one URL for a whole track', () => {
    for (const path of ['Streams(video.cmfv)', 'live/video.cmfv']) {
      const media = numbers.map((nth) => mediaAt(path, nth, {}, { sha256: `${nth}` }))
      deepEqual(flawsOf([initAt(path), ...media], true), [])
    }
  })

  it('takes an init segment with media behind it', () => {
    const { inspection } = initAt('x')
    const long = mediaAt('Streams(video.cmfv)', 1)
    const whole = {
      ...long,
      inspection: inspection && { ...inspection, media: long.inspection?.media ?? null },
    }
    deepEqual(flawsOf([whole], true), [])
  })

  it('finds one regress and one gap where times jump back and forth', () => {
    const starts = [0, 4000, 2000, 8000]
    const objects = starts.map((decodeTime, at) => mediaAt(`v/${at}.m4s`, at + 1, { decodeTime }))
    deepEqual(flawsOf([initAt('v/init.mp4'), ...objects]), ['tfdt-overlap', 'tfdt-gap'])
  })

  it('ends a track on lmsg or an empty mfra and begins anew with its init segment', () => {
    for (const end of [mediaAt('v/2.m4s', 2, { isLast: true }), other('v/2.m4s', { endsTrack: true })]) {
      const objects = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1), end]
      const told = tell(stream, objects)
      equal(at(told.state.sessions, 'none')?.phase, 'complete')
      const again = [...objects, initAt('v/init.mp4'), mediaAt('v/3.m4s', 1)]
      deepEqual(flawsOf(again), [])
      deepEqual(flawsOf([...objects, mediaAt('v/3.m4s', 3)]), ['segment-after-end'])
    }
  })

  it('replaces filler by media without a word', () => {
    const objects = [
      initAt('v/init.mp4'),
      mediaAt('v/1.m4s', 1),
      mediaAt('v/2.m4s', 2, { isFiller: true }),
      mediaAt('v/2.m4s', 2, {}, { sha256: 'real' }),
    ]
    deepEqual(flawsOf(objects, true), ['filler'])
  })

  it('falls silent after a minute and wakes up again', () => {
    const startMs = 1_700_000_000_000
    const objects = [
      initAt('v/init.mp4', {}, { atMs: startMs }),
      mediaAt('v/1.m4s', 1, {}, { atMs: startMs + 60_001 }),
    ]
    deepEqual(
      tell(stream, objects).verdicts[1]?.events.map(({ kind }) => kind),
      ['session-reopened'],
    )
  })

  it('shows no number for the session of objects that name none', () => {
    const session = at(tell(stream, [initAt('v/init.mp4')]).state.sessions, 'none')
    equal(session && sessionAnswer(session).id, null)
  })

  it('does not call a segment late that a static MPD overtook', () => {
    const late = (tookMs: number) => [2, 3].map((nth) => mediaAt(`v/${nth}.m4s`, nth, {}, { tookMs }))
    const begun = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1), mpdAt('m.mpd', { type: 'static' })]
    // The MPD came one second before the first of them and two before the second.
    const told = tell(stream, [...begun, ...late(2_500)])
    deepEqual(codesOf(told).slice(3), [[], []])
    equal(at(told.state.sessions, 'none')?.phase, 'complete')
    deepEqual(codesOf(tell(stream, [...begun, ...late(1_500)])).slice(3), [[], ['segment-after-end']])
  })

  it('stays complete when a manifest is sent once more', () => {
    const objects = [
      initAt('session_1/v/v.init'),
      mediaAt('session_1/v/segment_1.m4s', 1),
      staticMpd(1, {}),
      staticMpd(1, {}),
    ]
    const told = tell(stream, objects)
    equal(at(told.state.sessions, '1')?.phase, 'complete')
    deepEqual(told.verdicts.at(-1)?.events, [])
  })
})
