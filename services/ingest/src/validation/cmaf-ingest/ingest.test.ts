import { deepEqual, equal } from 'node:assert/strict'
import { sessionViewOf } from '../../streams/session-view.ts'
import { at } from '../state.ts'
import {
  codesOf,
  dynamicMpd,
  init,
  initAt,
  mediaAt,
  mpdAt,
  other,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const stream = streamOf('cmaf-ingest')
const flawsOf = (objects: readonly TestObject[], notes = false) =>
  codesOf(validateInOrder(stream, objects), notes).flat()
const numbers = [1, 2, 3]

describe('validation on a cmaf-ingest stream', () => {
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
    const result = validateInOrder(stream, [
      initAt('init-stream0.m4s'),
      ...media.flatMap((one, nth) => [one, mpds[nth] ?? one]),
      end,
    ])
    deepEqual(codesOf(result).flat(), [])
    equal(
      codesOf(result, true)
        .flat()
        .filter((code) => code === 'prft-absent').length,
      1,
    )
    deepEqual(Object.keys(at(result.state.sessions, 'none')?.tracks ?? {}), ['stream0'])
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

  it('says of nothing that it is absent, or jumps, where media was beyond the limits of this server', () => {
    const faults = [{ code: 'box-too-large', message: 'expected less' }] as const
    const unreadInit = other('v/init.mp4', { kind: 'init', faults })
    const unread = other('v/2.m4s', { kind: 'segment', faults })
    const [first, , third] = numbers.map((nth) => mediaAt(`v/${nth}.m4s`, nth, { trackId: 7 }))
    if (!first || !third) throw new Error('no segments')
    deepEqual(flawsOf([unreadInit, first, unread, third], true), ['box-too-large', 'box-too-large'])
    const result = validateInOrder(stream, [
      initAt('v/init.mp4'),
      mediaAt('v/1.m4s', 1),
      unread,
      mediaAt('v/3.m4s', 3),
    ])
    deepEqual(codesOf(result).flat(), [])
    equal(at(result.state.sessions, 'none')?.tracks.v?.segmentCount, 3)
    const matter = [
      dynamicMpd(),
      init(),
      segment(1001),
      other('session_1/video/segment_1002.m4s', { kind: 'segment', faults }),
    ]
    deepEqual(codesOf(validateInOrder(streamOf('dash'), [...matter, segment(1003)])).flat(), [])
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
      const result = validateInOrder(stream, objects)
      equal(at(result.state.sessions, 'none')?.phase, 'complete')
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
      validateInOrder(stream, objects).verdicts[1]?.events.map(({ kind }) => kind),
      ['session-reopened'],
    )
  })

  it('shows no number for the session of objects that name none', () => {
    const session = at(validateInOrder(stream, [initAt('v/init.mp4')]).state.sessions, 'none')
    equal(session && sessionViewOf(session).number, null)
  })

  it('does not call a segment late that a static MPD overtook', () => {
    const late = (tookMs: number) => [2, 3].map((nth) => mediaAt(`v/${nth}.m4s`, nth, {}, { tookMs }))
    const begun = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1), mpdAt('m.mpd', { type: 'static' })]
    // The MPD came one second before the first of them and two before the second.
    const result = validateInOrder(stream, [...begun, ...late(2_500)])
    deepEqual(codesOf(result).slice(3), [[], []])
    equal(at(result.state.sessions, 'none')?.phase, 'complete')
    deepEqual(codesOf(validateInOrder(stream, [...begun, ...late(1_500)])).slice(3), [
      [],
      ['segment-after-end'],
    ])
  })

  it('stays complete when a manifest is sent once more', () => {
    const objects = [
      initAt('session_1/v/v.init'),
      mediaAt('session_1/v/segment_1.m4s', 1),
      staticMpd(1, {}),
      staticMpd(1, {}),
    ]
    const result = validateInOrder(stream, objects)
    equal(at(result.state.sessions, '1')?.phase, 'complete')
    deepEqual(result.verdicts.at(-1)?.events, [])
  })

  describe('one long request that was cut', () => {
    const path = 'Streams(video.cmfv)'
    const at1 = (name: string) => `${path}.parts/u9/${name}`
    const cut = { part: { of: 'u9', from: 0 } }
    const header = (id = 'u9') => initAt(`${path}.parts/${id}/init.mp4`, {}, { sha256: 'header', cut })
    const parts = [header(), ...numbers.map((nth) => mediaAt(at1(`${nth}.m4s`), nth, {}, { cut }))]
    const { inspection } = initAt('x')
    const all = { ...mediaAt(path, 1), sha256: 'all', cut: { parts: 4 } }
    const whole = {
      ...all,
      inspection: inspection && { ...inspection, media: all.inspection?.media ?? null },
    }
    const trackOf = (objects: readonly TestObject[]) =>
      at(validateInOrder(stream, objects).state.sessions, 'none')?.tracks

    it('puts its parts into the track of its URL, and counts nothing twice', () => {
      deepEqual(flawsOf([...parts, whole], true), [])
      const tracks = trackOf([...parts, whole])
      deepEqual(Object.keys(tracks ?? {}), ['video'])
      deepEqual([tracks?.video?.segmentCount, tracks?.video?.phase], [3, 'segments_uploading'])
    })

    it('has findings on the request alone only with the request', () => {
      const outside = [{ code: 'box-malformed', message: 'behind the last segment' }] as const
      const faults = [...outside, { code: 'box-malformed', message: 'in a segment' }] as const
      const broken = { ...whole, inspection: whole.inspection && { ...whole.inspection, faults, outside } }
      const anonymous = { device: null }
      const result = validateInOrder(stream, [
        ...parts.map((part) => ({ ...part, ...anonymous })),
        { ...broken, ...anonymous },
      ])
      deepEqual(codesOf(result, true), [[], [], [], [], ['client-certificate-missing', 'box-malformed']])
      equal(result.verdicts.at(-1)?.findings[1]?.message, 'behind the last segment')
    })

    it('ignores the same header in the next request', () => {
      const again = [
        header('u10'),
        mediaAt(`${path}.parts/u10/1.m4s`, 4, {}, { cut: { part: { of: 'u10', from: 0 } } }),
      ]
      deepEqual(flawsOf([...parts, whole, ...again], true), ['init-repeated'])
    })

    it('is not held against names that a manifest announces, nor against numbers of its own', () => {
      const named = [
        representation('', 'video', { initialization: 'video/init.mp4', media: 'video/$Number$.m4s' }),
      ]
      const mpd = mpdAt('manifest.mpd', { representations: named })
      const numbered = [initAt('video/init.mp4'), mediaAt('video/7.m4s', 1)]
      const moved = parts.slice(2).map((one) => ({ ...one, path: one.path.replace(path, 'video.mp4') }))
      deepEqual(flawsOf([mpd, ...numbered, ...moved]), [])
    })

    it('goes on with single segments at its URL', () => {
      const single = [4, 5].map((nth) => mediaAt('live/video.cmfv', nth))
      const moved = [...parts, whole].map((one) => ({
        ...one,
        path: one.path.replace(path, 'live/video.cmfv'),
      }))
      deepEqual(flawsOf([...moved, ...single], true), [])
    })

    it('names its track for any kind in its URL', () => {
      const segmentUrl = [...parts, whole].map((one) => ({
        ...one,
        path: one.path.replace(path, 'session_1/v/segment_1001.m4s'),
      }))
      deepEqual(flawsOf(segmentUrl, true), [])
    })
  })

  it('ignores the end of a track that never came or has ended', () => {
    const end = other('Streams(v.cmfv)', { endsTrack: true })
    deepEqual(validateInOrder(stream, [end]).state.sessions, {})
    const objects = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1, { isLast: true })]
    const result = validateInOrder(stream, [...objects, other('v/end.mp4', { endsTrack: true })])
    equal(at(result.state.sessions, 'none')?.phase, 'complete')
    deepEqual(result.verdicts.at(-1)?.events, [])
  })
})
