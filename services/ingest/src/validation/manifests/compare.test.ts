import { deepEqual, match } from 'node:assert/strict'
import type { RepresentationFacts } from '../../media/inspection.ts'
import {
  codesOf,
  dynamicMpd,
  finalPlaylist,
  hlsSegment,
  init,
  initAt,
  initialPlaylist,
  mediaAt,
  mpdAt,
  multivariant,
  playlistAt,
  representation,
  segment,
  staticMpd,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'
import { dash, hls, ingest } from '../testing/beginnings.ts'

const flaws = (stream: typeof dash, objects: readonly TestObject[]) =>
  codesOf(validateInOrder(stream, objects), true).flat()
const video = (facts: Partial<RepresentationFacts>) => ({
  representations: [representation('session_1', 'video', facts)],
})

describe('an MPD against what was uploaded', () => {
  const uploaded = [dynamicMpd(1, {}), init(), segment(1001), segment(1002), segment(1003)]
  const after = (facts: Partial<RepresentationFacts>) =>
    flaws(dash, [...uploaded, staticMpd(1, video(facts))])
  const timeline = (count: number, t = 0) => [{ t, d: 4000, count }]

  it('agrees in every way of addressing', () => {
    const paths = [1001, 1002, 1003].map((number) => `session_1/video/segment_${number}.m4s`)
    const ways: readonly Partial<RepresentationFacts>[] = [
      { timeline: timeline(3) },
      { timeline: timeline(3), duration: null },
      { periodSeconds: 12 },
      { periodSeconds: 10.5 },
      { media: 'session_1/video/segment_$Number%04d$.m4s', timeline: timeline(3) },
      { addressing: 'list', media: null, segments: paths },
      { timeline: [{ t: 0, d: 4000, count: null }] },
      {},
    ]
    for (const way of ways) deepEqual(after(way), [], JSON.stringify(way))
  })

  it('may have @duration beside SegmentTimeline as Matter cameras write it', () => {
    const both = { flaws: [{ code: 'mpd-timeline-and-duration', message: 'expected one' }] } as const
    deepEqual(flaws(dash, [dynamicMpd(1, { ...video({}), ...both })]), [])
    deepEqual(flaws(ingest, [mpdAt('m.mpd', both)]).includes('mpd-timeline-and-duration'), true)
  })

  it('is not held against pictures and text files, which are no tracks', () => {
    const besides = ['image/jpeg', 'text/vtt', 'video/webm', 'video/mp4'].map((mimeType, at) =>
      representation('session_1', `beside${at}`, { mimeType, media: 'session_1/beside/$Number$.x' }),
    )
    const withBesides = (count: number) =>
      staticMpd(1, { representations: [representation('session_1', 'video'), ...besides.slice(0, count)] })
    deepEqual(flaws(dash, [...uploaded, withBesides(3)]), [])
    deepEqual(flaws(dash, [...uploaded, withBesides(4)]), ['manifest-names-unknown-track'])
  })

  it('begins where an edit list or the decode time says', () => {
    const from = (delaySeconds: number, t: number) =>
      flaws(dash, [
        ...[dynamicMpd(1, {}), init({ delaySeconds }), segment(1001)],
        staticMpd(1, video({ timeline: timeline(1, t) })),
      ])
    deepEqual([from(90, 90_000), from(90, 0), from(90, 50_000)], [[], [], ['manifest-timing-off']])
  })

  it('names segments that never came', () => {
    for (const facts of [{ timeline: timeline(4) }, { periodSeconds: 20 }]) {
      deepEqual(after(facts), ['manifest-names-missing-segments'])
    }
    deepEqual(after({ timeline: timeline(3), startNumber: 1 }), ['manifest-names-missing-segments'])
  })

  it('omits segments that came', () => {
    for (const facts of [{ timeline: timeline(2) }, { periodSeconds: 4 }]) {
      deepEqual(after(facts), ['manifest-omits-segments'])
    }
  })

  it('names other paths', () => {
    for (const media of ['session_1/video/seg-$Number$.m4s', 'session_1/video/segment_$Number%05d$.m4s']) {
      deepEqual(after({ media }), ['name-not-announced'])
    }
    deepEqual(after({ media: 'session_1/video/segment_$Time$.m4s' }), [])
    const segments = ['session_1/video/a.m4s', 'session_1/video/b.m4s', 'session_1/video/c.m4s']
    deepEqual(after({ addressing: 'list', media: null, segments }), ['name-not-announced'])
  })

  it('names padded numbers as they came', () => {
    const media = 'session_1/video/segment_$Number%04d$.m4s'
    const padded = mediaAt('session_1/video/segment_0001.m4s', 1)
    const mpd = staticMpd(1, video({ media, startNumber: 1, timeline: timeline(1) }))
    deepEqual(flaws(dash, [dynamicMpd(1, {}), init(), padded, mpd]), ['number-padded', 'segment-number-low'])
  })

  it('has other times', () => {
    deepEqual(after({ timeline: timeline(3, 60_000) }), ['manifest-timing-off'])
    deepEqual(after({ timeline: [{ t: 0, d: 8000, count: 3 }] }), ['manifest-timing-off'])
  })

  it('announces other paths than those that follow, which is reported once for the track', () => {
    const other = { media: 'session_1/video/seg-$Number$.m4s' }
    const objects = [dynamicMpd(1, video(other)), init(), segment(1001), segment(1002)]
    deepEqual(flaws(dash, [...objects, staticMpd(1, video(other))]), ['name-not-announced'])
  })

  it('leaves a window that moves on alone on a cmaf-ingest stream', () => {
    const facts = { timeline: timeline(2, 4000) }
    const objects = [init(), segment(1001), segment(1002), segment(1003), staticMpd(1, video(facts))]
    deepEqual(codesOf(validateInOrder(ingest, objects)).flat(), [])
  })
})

describe('a playlist against what was uploaded', () => {
  const uris = ['video/index.m3u8']
  const uploaded = (names = uris) => [
    multivariant(1, { uris: names }),
    initialPlaylist(),
    init(),
    hlsSegment(1001),
    hlsSegment(1002),
  ]
  const paths = ['segment_1001.m4s', 'segment_1002.m4s']

  it('agrees', () => {
    for (const facts of [
      {},
      { uris: paths },
      { uris: paths, map: 'video.init' },
      { uris: ['../video/segment_1001.m4s'] },
    ]) {
      deepEqual(flaws(hls, [...uploaded(), finalPlaylist(2, facts)]), [], JSON.stringify(facts))
    }
  })

  it('names what never came', () => {
    for (const facts of [
      { uris: ['segment_1001.m4s', 'segment_1003.m4s'] },
      { uris: ['1001.m4s'] },
      { uris: ['../audio/segment_1001.m4s'] },
      { map: 'segment_1001.m4s' },
      { map: '../audio/audio.init' },
    ]) {
      deepEqual(flaws(hls, [...uploaded(), finalPlaylist(2, facts)]), ['manifest-names-missing-segments'])
    }
    deepEqual(flaws(hls, [...uploaded(), finalPlaylist(3)]), ['manifest-names-missing-segments'])
  })

  it('omits segments, has other times', () => {
    deepEqual(flaws(hls, [...uploaded(), finalPlaylist(1)]), ['manifest-omits-segments'])
    deepEqual(flaws(hls, [...uploaded(), finalPlaylist(2, { durations: [9, 9] })]), ['manifest-timing-off'])
  })

  it('names tracks that never came and omits those that did', () => {
    const other = [...uploaded(['audio/index.m3u8']), finalPlaylist(2)]
    deepEqual(flaws(hls, other), ['manifest-omits-track', 'manifest-names-unknown-track'])
    deepEqual(flaws(hls, [...uploaded([]), finalPlaylist(2)]), [])
  })

  it('is not compared with an MPD of more tracks than are remembered', () => {
    const names = Array.from({ length: 100 }, (_, at) => `track-${at}`)
    const representations = names.map((name) => representation('', name, { media: `${name}-$Number$.m4s` }))
    const playlist = playlistAt('track-99.m3u8', { uris: ['track-99-1.m4s', 'x.m4s'] })
    deepEqual(codesOf(validateInOrder(ingest, [mpdAt('m.mpd', { representations }), playlist])).flat(), [])
  })

  it('agrees with the MPD beside it, or does not', () => {
    const announced = representation('', '0', {
      initialization: 'init-0.m4s',
      media: 'chunk-0-$Number%05d$.m4s',
      written: {
        initialization: 'init-$RepresentationID$.m4s',
        media: 'chunk-$RepresentationID$-$Number%05d$.m4s',
      },
    })
    const beside = (path: string, ...names: string[]) => {
      const playlist = playlistAt(path, { map: 'init-0.m4s', uris: names })
      return flaws(ingest, [mpdAt('m.mpd', { representations: [announced] }), playlist]).slice(2)
    }
    deepEqual(beside('0.m3u8', 'chunk-0-00001.m4s'), [])
    deepEqual(beside('media_0.m3u8', 'chunk-0-00001.m4s'), ['hls-differs-from-mpd'])
    deepEqual(beside('0.m3u8', 'chunk-0-1.m4s'), ['hls-differs-from-mpd'])
  })
})

describe('the tracks of a switching set', () => {
  const set = { adaptationSet: 'v' }
  const names = ['low', 'high']
  const mpd = dynamicMpd(1, { representations: names.map((name) => representation('session_1', name, set)) })
  const media = (number: number, facts = {}) =>
    names.map((name) => segment(number, name === 'high' ? facts : {}, {}, name))

  it('begin their segments together, whichever track is ahead', () => {
    const inits = names.map((name) => init({}, {}, name))
    const inTurn = [1001, 1002, 1003].flatMap((number) => media(number))
    deepEqual(flaws(dash, [mpd, ...inits, ...inTurn]), [])
    const oneByOne = names.flatMap((name) =>
      [1001, 1002, 1003].map((number) => segment(number, {}, {}, name)),
    )
    deepEqual(flaws(dash, [mpd, ...inits, ...oneByOne]), [])
  })

  it('are both named in their one finding', () => {
    const inits = names.map((name) => init({}, {}, name))
    const shifted = [1001, 1002].flatMap((number, at) => media(number, { decodeTime: at * 4000 + 2000 }))
    const [finding, ...others] = validateInOrder(dash, [mpd, ...inits, ...shifted]).verdicts.flatMap(
      ({ findings }) => findings,
    )
    deepEqual([finding?.code, finding?.severity, others], ['switching-set-unaligned', 'warning', []])
    match(finding?.message ?? '', /those of low, .* one of high that begins at 2 s, within 0 s to 4 s$/)
  })

  it('have one timescale and codec family, also where the MPD comes last', () => {
    for (const facts of [{ timescale: 90_000 }, { codec: 'hvc1.1.6.L93.B0' }]) {
      const inits = [initAt('low/init.mp4'), initAt('high/init.mp4', facts)]
      const late = mpdAt('m.mpd', {
        representations: names.map((name) =>
          representation('', name, { ...set, codecs: null, initialization: `${name}/init.mp4`, media: null }),
        ),
      })
      deepEqual(codesOf(validateInOrder(ingest, [...inits, late])).flat(), ['switching-set-differs'])
      deepEqual(codesOf(validateInOrder(ingest, [late, ...inits])).flat(), ['switching-set-differs'])
    }
  })

  it('are no set where two MPDs give their sets one id, and neither omits what the other names', () => {
    const inits = [initAt('low/init.mp4'), initAt('high/init.mp4', { timescale: 90_000 })]
    const mpds = names.map((name) =>
      mpdAt(`${name}.mpd`, {
        representations: [
          representation('', name, { ...set, codecs: null, initialization: `${name}/init.mp4`, media: null }),
        ],
      }),
    )
    deepEqual(codesOf(validateInOrder(ingest, [...inits, ...mpds])).flat(), [])
  })

  it('are no set where the MPD does not say so', () => {
    const inits = [initAt('low/init.mp4'), initAt('high/init.mp4', { timescale: 90_000 })]
    deepEqual(codesOf(validateInOrder(ingest, inits)).flat(), [])
  })
})

describe('the source of a cmaf-ingest stream', () => {
  const start = initAt('v/init.mp4')

  it('may end with a short segment, and sends segments of one duration before it', () => {
    const media = (durations: readonly number[]) =>
      durations.map((explicitDuration, at) =>
        mediaAt(`v/${at}.m4s`, at + 1, {
          explicitDuration,
          decodeTime: durations.slice(0, at).reduce((sum, one) => sum + one, 0),
        }),
      )
    deepEqual(flaws(ingest, [start, ...media([4000, 4000, 500])]), [])
    for (const durations of [
      [4000, 4000, 500, 4000],
      [400, 400, 400],
      [12_000, 12_000, 12_000],
      [2000, 4000, 4000],
    ]) {
      deepEqual(flaws(ingest, [start, ...media(durations)]), ['fragment-duration'], durations.join())
    }
  })

  it('may call segments by their times', () => {
    const media = [1, 2, 3].map((nth) => mediaAt(`v/${(nth - 1) * 4000}.m4s`, nth))
    deepEqual(flaws(ingest, [start, ...media]), [])
    const coarse = initAt('v/init.mp4', { timescale: 1 })
    const named = [8, 12, 16].map((decodeTime, at) =>
      mediaAt(`v/${decodeTime}.m4s`, at + 1, { decodeTime, explicitDuration: 4, sampleCount: 1 }),
    )
    deepEqual(flaws(ingest, [coarse, ...named]), [])
  })

  it('keeps its names in an updated MPD', () => {
    const mpd = (media: string) =>
      mpdAt('m.mpd', {
        representations: [
          representation('', 'v', { initialization: 'v/init.mp4', media, timeline: null, duration: null }),
        ],
        periodStart: 'PT0S',
      })
    const result = validateInOrder(ingest, [
      mpd('v/$Number$.m4s'),
      start,
      mpd('v/x-$Number$.m4s'),
      mediaAt('v/1.m4s', 1),
    ])
    deepEqual(codesOf(result).flat(), ['mpd-template-changed'])
    match(
      result.verdicts[2]?.findings.find(({ code }) => code === 'mpd-template-changed')?.message ?? '',
      /^expected v\/\$Number\$\.m4s for representation v .* received v\/x-\$Number\$\.m4s; the first is kept$/,
    )
  })
})

describe('brands on a dash stream', () => {
  it('lmsg has nothing behind it, slat is worth a note', () => {
    const objects = [dynamicMpd(), init(), segment(1001, { isFiller: true }), segment(1002, { isLast: true })]
    deepEqual(flaws(dash, [...objects, staticMpd()]), ['filler'])
    deepEqual(codesOf(validateInOrder(dash, [...objects, segment(1003), segment(1004)])).flat(), [
      'segment-after-end',
    ])
  })
})
