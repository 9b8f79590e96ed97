import { deepEqual, equal, match } from 'node:assert/strict'
import type { MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import { maxTracks } from '../limits.ts'
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
  other,
  playlistAt,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'
import { dash, hls, ingest } from '../testing/beginnings.ts'

const codes = (stream: typeof dash, objects: readonly TestObject[]) =>
  codesOf(validateInOrder(stream, objects))
const lastCodes = (stream: typeof dash, objects: readonly TestObject[]) => codes(stream, objects).at(-1)
const withdrawnBy = (stream: typeof dash, objects: readonly TestObject[]) =>
  validateInOrder(stream, objects).verdicts.map(({ withdrawn }) => withdrawn)

const named = (folder: string, facts: Partial<RepresentationFacts> = {}) =>
  representation('', folder, {
    initialization: `${folder}/init.mp4`,
    media: `${folder}/$Number$.m4s`,
    startNumber: 1,
    ...facts,
  })
const listing = (folder: string, count: number) => named(folder, { timeline: [{ t: 0, d: 4000, count }] })
const end = (facts: Partial<MpdFacts>, extra: Partial<TestObject> = {}, path = 'end.mpd') =>
  mpdAt(path, { type: 'static', ...facts }, extra)
const track = (folder: string, count: number, extra: Partial<TestObject> = {}) => [
  initAt(`${folder}/init.mp4`, {}, extra),
  ...Array.from({ length: count }, (_, at) => mediaAt(`${folder}/${at + 1}.m4s`, at + 1, {}, extra)),
]

describe('an MPD that leaves something to another file', () => {
  it('is not said to omit a track', () => {
    deepEqual(lastCodes(ingest, [...track('v', 1), end({ periodCount: 1, truncated: true })]), [])
    deepEqual(lastCodes(ingest, [...track('v', 1), end({ periodCount: 1 })]), ['manifest-omits-track'])
  })
})

describe('an MPD of a stream with several presentations', () => {
  it('is not said to omit tracks of other folders', () => {
    const objects = [...track('one/v', 1), ...track('two/v', 1)]
    deepEqual(
      lastCodes(ingest, [...objects, end({ representations: [named('one/v')] }, {}, 'one/end.mpd')]),
      [],
    )
    const twice = [...objects, ...track('one/a', 1)]
    const found = validateInOrder(ingest, [
      ...twice,
      end({ representations: [named('one/v')] }, {}, 'one/end.mpd'),
    ])
    match(
      found.verdicts.at(-1)?.findings.find(({ code }) => code === 'manifest-omits-track')?.message ?? '',
      /MPD, one\/a is not/,
    )
  })

  it('is not said to omit tracks of other devices', () => {
    const [one, other] = [{ device: 'aaaaaaaaaa' }, { device: 'bbbbbbbbbb' }]
    const objects = [...track('v', 1, one), ...track('w', 1, other)]
    deepEqual(lastCodes(ingest, [...objects, end({ representations: [named('v')] }, one)]), [])
    deepEqual(lastCodes(ingest, [...objects, end({ representations: [named('v')] }, { device: null })]), [
      'client-certificate-missing',
      'manifest-omits-track',
    ])
    deepEqual(
      lastCodes(ingest, [...objects, ...track('x', 1, one), end({ representations: [named('v')] }, one)]),
      ['manifest-omits-track'],
    )
  })
})

describe('a manifest that overtakes an upload', () => {
  const short = [...track('v', 2)]
  const overtaking = (count: number, path: string) =>
    end({ representations: [listing('v', count)] }, { beside: [path] })

  it('says nothing while the upload is on its way, nor when it has come', () => {
    const third = mediaAt('v/3.m4s', 3, {}, { tookMs: 5_000 })
    deepEqual(codes(ingest, [...short, overtaking(3, 'v/3.m4s'), third]).flat(), [])
    deepEqual(withdrawnBy(ingest, [...short, overtaking(3, 'v/3.m4s'), third]).flat(), [])
  })

  it('says what is missing when the upload has come and more is missing, or was cut off', () => {
    const third = mediaAt('v/3.m4s', 3, {}, { tookMs: 5_000 })
    deepEqual(codes(ingest, [...short, overtaking(4, 'v/3.m4s'), third]).slice(-2), [
      [],
      ['manifest-names-missing-segments'],
    ])
    const cut = { ...third, whole: false, inspection: null }
    deepEqual(codes(ingest, [...short, overtaking(3, 'v/3.m4s'), cut]).slice(-2), [
      [],
      ['body-incomplete', 'manifest-names-missing-segments'],
    ])
  })

  it('waits for all of several uploads, once', () => {
    const objects = [
      ...short,
      end({ representations: [listing('v', 5)] }, { beside: ['v/3.m4s', 'v/4.m4s'] }),
      mediaAt('v/4.m4s', 4, { decodeTime: 12_000 }, { tookMs: 9_000 }),
      mediaAt('v/3.m4s', 3, { decodeTime: 8_000 }, { tookMs: 9_000 }),
      mediaAt('v/6.m4s', 6, { decodeTime: 20_000 }, { tookMs: 9_000 }),
    ]
    const found = codes(ingest, objects)
      .slice(-4)
      .map((all) => all.filter((code) => code.startsWith('manifest')))
    deepEqual(found, [[], [], ['manifest-names-missing-segments'], []])
  })

  it('waits for the request that segments are parts of', () => {
    const partOf = (at: number) => ({ cut: { part: { of: 'u0', from: at } }, tookMs: 9_000 })
    const part = (nth: number) => mediaAt(`one.mp4.parts/u0/${nth}.m4s`, nth, {}, partOf(nth))
    const facts = named('one', {
      media: 'one.mp4',
      initialization: null,
      timeline: [{ t: 0, d: 4000, count: 3 }],
    })
    const whole = mediaAt('one.mp4', 1, {}, { cut: { parts: 3 }, tookMs: 9_000 })
    const mpd = end({ representations: [facts] }, { beside: ['one.mp4'] })
    const begun = [initAt('one.mp4.parts/u0/init.mp4', {}, partOf(0)), part(1), part(2), mpd]
    deepEqual(codes(ingest, [...begun, part(3), whole]).flat(), [])
    deepEqual(codes(ingest, [...begun, whole]).slice(-2), [[], ['manifest-names-missing-segments']])
  })

  it('of Matter ends a session whose last segment was sent before it', () => {
    const objects = [dynamicMpd(), init(), segment(1001)]
    const last = staticMpd(1, {
      representations: [representation('session_1', 'video', { timeline: [{ t: 0, d: 4000, count: 2 }] })],
    })
    const late = segment(1002, {}, { tookMs: 5_000 })
    deepEqual(
      codes(dash, [...objects, { ...last, beside: ['session_1/video/segment_1002.m4s'] }, late]).flat(),
      [],
    )
    deepEqual(codes(dash, [...objects, last, late]).slice(-2), [
      ['manifest-names-missing-segments'],
      ['segment-after-end'],
    ])
  })

  it('may be a playlist', () => {
    const objects = [multivariant(), initialPlaylist(), init(), hlsSegment(1001)]
    const final = { ...finalPlaylist(2), beside: ['session_1/video/segment_1002.m4s'] }
    deepEqual(codes(hls, [...objects, final, { ...hlsSegment(1002), tookMs: 5_000 }]).flat(), [])
    deepEqual(codes(hls, [...objects, finalPlaylist(2)]).at(-1), ['manifest-names-missing-segments'])
  })

  it('says nothing of an expected track whose first object is on its way', () => {
    const expecting = streamOf('dash', ['video', 'audio'])
    const objects = [dynamicMpd(), init(), segment(1001)]
    const beside = ['session_1/audio/audio.init']
    deepEqual(lastCodes(expecting, [...objects, { ...staticMpd(), beside }]), [])
    deepEqual(lastCodes(expecting, [...objects, staticMpd()]), ['track-missing'])
  })
})

describe('what was said to be missing and comes', () => {
  it('is withdrawn with its last segment', () => {
    const mpd = end({ representations: [listing('v', 4)] })
    const objects = [
      ...track('v', 2),
      mpd,
      mediaAt('v/3.m4s', 3),
      mediaAt('v/4.m4s', 4),
      mediaAt('v/5.m4s', 5),
    ]
    const upload = 'u4'
    deepEqual(withdrawnBy(ingest, objects).slice(3), [
      [],
      [],
      [{ upload, code: 'manifest-names-missing-segments', severity: 'warning' }],
      [],
    ])
  })

  it('is withdrawn when each unknown track has come', () => {
    const mpd = end({ representations: [named('v'), named('a'), named('b')] })
    const objects = [...track('v', 1), mpd, initAt('a/init.mp4'), initAt('b/init.mp4')]
    deepEqual(codes(ingest, objects)[2], ['manifest-names-unknown-track'])
    deepEqual(withdrawnBy(ingest, objects).slice(3), [
      [],
      [{ upload: 'u3', code: 'manifest-names-unknown-track', severity: 'warning' }],
    ])
  })

  it('is withdrawn for each playlist of a session', () => {
    const tracks = ['video', 'audio']
    const objects = [
      multivariant(2),
      ...tracks.flatMap((name) => [initialPlaylist(name), init({}, {}, name)]),
      ...tracks.map((name) => hlsSegment(1001, undefined, undefined, name)),
      ...tracks.map((name) => finalPlaylist(2, {}, name)),
      ...tracks.map((name) => hlsSegment(1002, undefined, undefined, name)),
    ]
    deepEqual(
      withdrawnBy(hls, objects)
        .slice(-2)
        .map((all) => all.map(({ upload }) => upload)),
      [['u8'], ['u9']],
    )
  })

  it('is not withdrawn where a number in a name was wrong', () => {
    const facts = representation('session_1', 'video', {
      startNumber: 1,
      timeline: [{ t: 0, d: 4000, count: 1 }],
    })
    const objects = [dynamicMpd(), init(), segment(1001), staticMpd(1, { representations: [facts] })]
    deepEqual(lastCodes(dash, objects), ['manifest-names-missing-segments'])
    deepEqual(withdrawnBy(dash, [...objects, segment(1002)]).flat(), [])
  })
})

describe('a limit of this server', () => {
  const many = Array.from({ length: maxTracks }, (_, at) => initAt(`t${at}/init.mp4`))

  it('is no error, and nothing beyond it is said to be missing', () => {
    const more = track('more', 1)
    const found = validateInOrder(ingest, [
      ...many,
      mediaAt('t0/1.m4s', 1),
      ...more,
      end({ representations: [named('t0'), named('more')] }),
    ])
    equal(found.verdicts.at(-2)?.findings[0]?.severity, 'note')
    deepEqual(codesOf(found).at(-1), [])
  })

  it('on a manifest does not make what follows it early', () => {
    const unread = {
      kind: 'mpd',
      faults: [{ code: 'manifest-too-large', message: 'expected less' }],
    } as const
    deepEqual(codes(dash, [other('session_1/index.mpd', unread), init(), segment(1001)]).flat(), [])
    const list = { ...unread, kind: 'playlist' } as const
    deepEqual(
      codes(hls, [other('session_1/index.m3u8', list), initialPlaylist(), init(), hlsSegment(1001)]).flat(),
      [],
    )
  })
})

describe('an id in two periods', () => {
  const periods = (ids: readonly (string | null)[]) =>
    ids.map((periodId, period) => named(period === 0 ? 'main/v' : 'ad/v', { id: 'v', period, periodId }))
  const live = (ids: readonly (string | null)[], extra: Partial<MpdFacts> = {}) =>
    mpdAt('live.mpd', { periodCount: ids.length, representations: periods(ids), ...extra })
  const changes = (objects: readonly TestObject[]) =>
    codes(ingest, objects)
      .flat()
      .filter((code) => code.startsWith('mpd-template'))

  it('is two representations, whose templates have not changed in an update', () => {
    for (const ids of [
      ['1', '2'],
      [null, null],
    ])
      deepEqual(changes([live(ids), live(ids, { periodStart: 'PT1S' })]), [])
  })

  it('is another representation after the first period is gone', () => {
    const [, ad] = periods(['1', '2'])
    deepEqual(changes([live(['1', '2']), mpdAt('live.mpd', { representations: ad ? [ad] : [] })]), [])
  })

  it('has changed where its template has, in its own period', () => {
    const [main, ad] = periods(['1', '2'])
    const representations = main && ad ? [{ ...main, media: 'main/v/x-$Number$.m4s' }, ad] : []
    deepEqual(changes([live(['1', '2']), mpdAt('live.mpd', { periodCount: 2, representations })]), [
      'mpd-template-changed',
    ])
  })
})

describe('a multivariant playlist that names a playlist twice', () => {
  it('completes its session with as many final playlists as there are', () => {
    const recorded = [initialPlaylist(), init(), hlsSegment(1001), finalPlaylist(1)]
    const found = validateInOrder(hls, [multivariant(3, { playlistCount: 1 }), ...recorded])
    equal(found.state.sessions['1']?.phase, 'complete')
    const open = validateInOrder(hls, [multivariant(3, { playlistCount: 2 }), ...recorded])
    equal(open.state.sessions['1']?.phase, 'open')
  })
})

describe('a time without zone', () => {
  it('is UTC, wherever the server is', () => {
    const live = (availabilityStartTime: string) => mpdAt('live.mpd', { availabilityStartTime })
    const origin = (time: string) =>
      codesOf(validateInOrder(ingest, [live(time)]), true)
        .flat()
        .includes('mpd-timeline-origin')
    const zone = process.env.TZ
    try {
      for (const place of ['Asia/Tokyo', 'America/St_Johns', 'UTC']) {
        process.env.TZ = place
        for (const time of ['1970-01-01T00:00:00', '1970-01-01T00:00:00Z', '1970-01-01T09:00:00+09:00'])
          equal(origin(time), false, `${time} in ${place}`)
        for (const time of ['1970-01-01T09:00:00', '1970-01-01T00:00:00+01:00', '1970-01-01'])
          equal(origin(time), time !== '1970-01-01', time)
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})

describe('a playlist with an end on a cmaf-ingest stream', () => {
  it('is not changed, though it may be sent again', () => {
    const ended = playlistAt('v.m3u8', { hasEndList: true, segmentCount: 1 })
    const longer = playlistAt('v.m3u8', { hasEndList: true, segmentCount: 2 })
    const open = playlistAt('v.m3u8', { segmentCount: 1 })
    deepEqual(codes(ingest, [open, ended, ended]).flat(), [])
    deepEqual(codes(ingest, [ended, longer, open]).flat(), [
      'playlist-ended-changed',
      'playlist-ended-changed',
    ])
    deepEqual(codes(ingest, [ended, playlistAt('w.m3u8', { hasEndList: true })]).flat(), [])
  })

  it('of type VOD has ENDLIST', () => {
    deepEqual(codes(ingest, [playlistAt('v.m3u8', { playlistType: 'VOD' })]).flat(), ['hls-final-no-endlist'])
  })
})

describe('the end that an MPD makes', () => {
  const more = (folder: string) => mediaAt(`${folder}/2.m4s`, 2)
  const phaseAfter = (objects: readonly TestObject[]) =>
    validateInOrder(ingest, objects).state.sessions.none?.phase

  it('is not that of tracks in other folders', () => {
    const both = [...track('one/v', 1), ...track('two/v', 1)]
    const ended = [...both, end({ representations: [named('one/v')] }, {}, 'one/end.mpd')]
    deepEqual(codes(ingest, [...ended, more('two/v')]).flat(), [])
    deepEqual(lastCodes(ingest, [...ended, more('one/v')]), ['segment-after-end'])
    equal(phaseAfter(ended), 'open')
    equal(phaseAfter([...ended, end({ representations: [named('two/v')] }, {}, 'two/end.mpd')]), 'complete')
  })

  it('is not that of tracks that another MPD in the folder names', () => {
    const mpds = ['a', 'b'].map((name) => mpdAt(`${name}.mpd`, { representations: [named(name)] }))
    const ended = [
      ...mpds,
      ...track('a', 1),
      ...track('b', 1),
      end({ representations: [named('a')] }, {}, 'a.mpd'),
    ]
    deepEqual(codes(ingest, [...ended, more('b')]).flat(), [])
    deepEqual(lastCodes(ingest, [...ended, more('a')]), ['segment-after-end'])
  })

  it('is not that of a segment whose upload it overtook', () => {
    const both = [...track('one/v', 1), ...track('two/v', 1)]
    const ended = [...both, end({ representations: [named('one/v')] }, {}, 'one/end.mpd')]
    const late = mediaAt('one/v/2.m4s', 2, {}, { tookMs: 5_000 })
    deepEqual(codes(ingest, [...ended, late]).flat(), [])
  })
})
