import { deepEqual, match, ok } from 'node:assert/strict'
import type { Inspection, InspectionFault, ManifestFlaw } from '../media/inspection.ts'
import type { IngestInterface } from '../streams/stream.ts'
import { maxTracks } from './limits.ts'
import { type FindingCode, findingCodes, rules } from './rules.ts'
import {
  dynamicMpd,
  finalPlaylist,
  hlsSegment,
  init,
  initAt,
  initFacts,
  initialPlaylist,
  mediaAt,
  mediaFacts,
  mpdAt,
  multivariant,
  nothing,
  other,
  playlistAt,
  representation,
  segment,
  staticMpd,
  streamOf,
  type TestObject,
  validateInOrder,
} from './testing/arrivals.ts'
import { hlsReady, started } from './testing/beginnings.ts'
import { sealedInit, sealedPlaylist, sealedSegment, sealedStart } from './testing/hksv-arrivals.ts'

type Story = readonly [IngestInterface, readonly TestObject[], expected?: readonly string[]]

const dash = (...objects: TestObject[]): Story => ['dash', objects]
const hls = (...objects: TestObject[]): Story => ['hls', objects]
const ingest = (...objects: TestObject[]): Story => ['cmaf-ingest', objects]
const hksv = (...objects: TestObject[]): Story => ['hksv', objects]
const expecting = (...objects: TestObject[]): Story => ['dash', objects, ['video', 'audio']]
const fault = (code: InspectionFault['code']) => ({
  faults: [{ code, message: 'expected something else' }],
})
const faultyInit = (code: InspectionFault['code']): Inspection => ({
  ...nothing,
  kind: 'init',
  init: initFacts(),
  ...fault(code),
})
const faultySegment = (code: InspectionFault['code']): Inspection => ({
  ...nothing,
  kind: 'segment',
  media: mediaFacts(1),
  ...fault(code),
})
const flawedBy = (code: ManifestFlaw['code']) => ({
  flaws: [{ code, message: 'expected something else' }],
})
const free = (nth: number, facts: Parameters<typeof mediaAt>[2] = {}) => mediaAt(`v/${nth}.m4s`, nth, facts)
const freeInit = initAt('v/init.mp4')
const hlsDone = [...hlsReady, hlsSegment(1001)]
const encoded = [{ ...representation('session_1', 'video'), codecs: 'hvc1.1.6.L93' }]
const timeline = (t: number, count: number) => [
  { ...representation('session_1', 'video'), timeline: [{ t, d: 4000, count }] },
]
const flawed = { ...representation('session_1', 'video') }
/** A representation of a cmaf-ingest stream as DASH-IF wants it. */
const neat = (id: string, media = '$RepresentationID$/$Number$.m4s') =>
  representation('', id, {
    adaptationSet: 'v',
    initialization: `${id}/init.mp4`,
    media: media.replace('$RepresentationID$', id),
    written: { initialization: '$RepresentationID$/init.mp4', media },
  })
const neatMpd = (...representations: ReturnType<typeof neat>[]) => mpdAt('m.mpd', { representations })
const pair = [neatMpd(neat('v'), neat('w')), freeInit]

/** The last object of each story is the one that shows the code. A code without a story does not compile. */
const stories: Record<FindingCode, Story> = {
  'client-certificate-missing': dash(dynamicMpd(1, {}, { device: null })),
  'body-incomplete': dash(dynamicMpd(1, {}, { whole: false })),
  'path-clash': dash(dynamicMpd(1, {}, { clashes: true })),
  'too-many-tracks': ingest(
    ...Array.from({ length: maxTracks }, (_, at) => initAt(`t${at}/init.mp4`)),
    initAt('more/init.mp4'),
  ),
  'upload-repeated': dash(...started, segment(1001), segment(1001)),
  'path-reused': dash(...started, segment(1001), segment(1001, {}, { sha256: 'other' })),
  extension: dash(other('session_1/video/segment_1001.mp4')),
  'content-type-mismatch': dash(dynamicMpd(1, {}, { headers: ['content-type', 'text/html; charset=x'] })),
  'manifest-interface': hls(dynamicMpd()),
  'mpd-path': dash(mpdAt('session_1/manifest.mpd')),
  'mpd-malformed': dash(other('session_1/index.mpd', fault('media-not-isobmff'))),
  'mpd-dynamic-late': dash(...started, segment(1001), dynamicMpd(1, { periodStart: 'PT1S' })),
  'mpd-static-early': dash(staticMpd()),
  'mpd-static-repeated': dash(...started, segment(1001), staticMpd(), staticMpd(1, { periodStart: 'PT1S' })),
  'hls-path': hls(playlistAt('session_1/a/b/index.m3u8', {})),
  'playlist-malformed': hls(other('session_1/index.m3u8')),
  'hls-multivariant-late': hls(...hlsDone, multivariant(2)),
  'hls-multivariant-empty': hls(multivariant(0)),
  'hls-playlist-no-session': hls(initialPlaylist()),
  'hls-playlist-before-multivariant': hls(initialPlaylist(), initialPlaylist('audio')),
  'hls-initial-content': hls(multivariant(), finalPlaylist(1)),
  'hls-initial-repeated': hls(
    multivariant(),
    initialPlaylist(),
    initialPlaylist('video', { map: 'video.init' }),
  ),
  'hls-final-not-vod': hls(...hlsDone, finalPlaylist(1, { playlistType: 'EVENT' })),
  'hls-final-no-extinf': hls(...hlsDone, finalPlaylist(1, { extinfCount: 0, durations: [] })),
  'hls-final-no-segments': hls(...hlsDone, finalPlaylist(0)),
  'hls-final-no-endlist': hls(...hlsDone, finalPlaylist(1, { hasEndList: false })),
  'hls-final-early': hls(...hlsReady, finalPlaylist(1)),
  'hls-final-repeated': hls(
    multivariant(2),
    ...hlsDone.slice(1),
    finalPlaylist(1),
    finalPlaylist(1, { map: 'video.init' }),
  ),
  'mpd-namespace': dash(dynamicMpd(1, flawedBy('mpd-namespace'))),
  'mpd-incomplete': dash(dynamicMpd(1, flawedBy('mpd-incomplete'))),
  'mpd-value': dash(dynamicMpd(1, flawedBy('mpd-value'))),
  'mpd-name-unknown': dash(dynamicMpd(1, flawedBy('mpd-name-unknown'))),
  'mpd-contradiction': dash(dynamicMpd(1, flawedBy('mpd-contradiction'))),
  'mpd-dynamic-incomplete': dash(dynamicMpd(1, flawedBy('mpd-dynamic-incomplete'))),
  'mpd-start-unknown': dash(dynamicMpd(1, flawedBy('mpd-start-unknown'))),
  'mpd-timeline-and-duration': ingest(mpdAt('m.mpd', flawedBy('mpd-timeline-and-duration'))),
  'playlist-target-duration': hls(
    multivariant(),
    initialPlaylist('video', flawedBy('playlist-target-duration')),
  ),
  'playlist-map-absent': hls(...hlsDone, finalPlaylist(1, flawedBy('playlist-map-absent'))),
  'playlist-segment-incomplete': hls(...hlsDone, finalPlaylist(1, flawedBy('playlist-segment-incomplete'))),
  'playlist-version-low': hls(...hlsDone, finalPlaylist(1, flawedBy('playlist-version-low'))),
  'playlist-attribute-absent': hls(multivariant(1, flawedBy('playlist-attribute-absent'))),
  'playlist-value': hls(multivariant(1, flawedBy('playlist-value'))),
  'playlist-contradiction': hls(multivariant(1, flawedBy('playlist-contradiction'))),
  'playlist-sequence': ingest(
    playlistAt('v.m3u8', { uris: ['v/1.m4s'], extinfCount: 1, mediaSequence: 3 }),
    playlistAt('v.m3u8', { uris: ['v/1.m4s'], extinfCount: 1, mediaSequence: 2 }),
  ),
  'playlist-changed': ingest(
    playlistAt('v.m3u8', { uris: ['v/1.m4s'], extinfCount: 1, targetDuration: 4 }),
    playlistAt('v.m3u8', { uris: ['v/1.m4s'], extinfCount: 1, targetDuration: 5 }),
  ),
  'mpd-changed': ingest(
    mpdAt('m.mpd', { representations: [neat('v')], id: 'a' }),
    mpdAt('m.mpd', { representations: [neat('v')], id: 'b' }),
  ),
  'playlist-ended-changed': ingest(
    playlistAt('v.m3u8', { hasEndList: true }),
    playlistAt('v.m3u8', { hasEndList: true, map: 'v.mp4' }),
  ),
  'manifest-encoding-unknown': dash(
    other('session_1/index.mpd', { kind: 'mpd', ...fault('manifest-encoding-unknown') }),
  ),
  'manifest-too-large': dash(other('session_1/index.mpd', { kind: 'mpd', ...fault('manifest-too-large') })),
  'object-path': dash(dynamicMpd(), other('session_1/segment_1001.m4s')),
  'track-unexpected': expecting(dynamicMpd(), init({}, {}, 'depth')),
  'track-missing': expecting(...started, segment(1001), staticMpd()),
  'init-name': dash(dynamicMpd(), initAt('session_1/video/init.init')),
  'session-number': dash(dynamicMpd(5)),
  'session-number-reused': dash(
    ...started,
    segment(1001),
    staticMpd(),
    dynamicMpd(1, { periodStart: 'PT1S' }),
  ),
  'session-restarted': dash(...started, segment(1001), segment(1002), segment(1001, {}, { sha256: 'other' })),
  'session-abandoned': dash(...started, segment(1001), dynamicMpd(2)),
  'number-padded': dash(mpdAt('session_01/index.mpd')),
  'segment-number-low': dash(...started, segment(1)),
  'segment-number-high': dash(...started, segment(10_000)),
  'segment-number-gap': dash(...started, segment(1002)),
  'segment-before-mpd': dash(init()),
  'segment-before-multivariant': hls(initialPlaylist(), init()),
  'segment-before-init': dash(dynamicMpd(), segment(1001)),
  'segment-before-playlist': hls(multivariant(), hlsSegment(1001)),
  'segment-after-end': dash(...started, segment(1001), staticMpd(), segment(1002)),
  'init-before-playlist': hls(multivariant(), init()),
  'init-duplicate': dash(...started, init({ width: 1 })),
  'init-after-segments': dash(...started, segment(1001), init({ width: 1 })),
  'init-after-end': dash(...started, segment(1001), staticMpd(), init({ width: 1 })),
  'extinf-header-missing': hls(...hlsReady, segment(1001)),
  'extinf-header-invalid': hls(...hlsReady, hlsSegment(1001, 'X-EXTINF-duration', 'nan')),
  'media-not-isobmff': dash(
    ...started,
    other('session_1/video/segment_1001.m4s', fault('media-not-isobmff')),
  ),
  'box-malformed': ingest(initAt('v/init.mp4'), other('v/1.m4s', fault('box-malformed'))),
  'box-too-large': dash(dynamicMpd(), other('session_1/video/video.init', fault('box-too-large'))),
  'init-without-moov': dash(dynamicMpd(), other('session_1/video/video.init')),
  'init-track-count': dash(dynamicMpd(), init({ trackCount: 2 })),
  'init-not-fragmented': dash(dynamicMpd(), init({ isFragmented: false })),
  'init-with-samples': dash(dynamicMpd(), init({ hasSamples: true })),
  'init-brand': dash(dynamicMpd(), init({ brands: [] })),
  'init-incomplete': ingest(initAt('v/init.mp4', {}, { inspection: faultyInit('init-incomplete') })),
  'decoder-configuration': ingest(
    initAt('v/init.mp4', {}, { inspection: faultyInit('decoder-configuration') }),
  ),
  'parameter-sets-missing': ingest(
    initAt('v/init.mp4', {}, { inspection: faultyInit('parameter-sets-missing') }),
  ),
  'init-repeated': ingest(freeInit, freeInit),
  'init-rewritten': ingest(freeInit, initAt('v/init.mp4', { averageBitrate: 1 })),
  'init-changed': ingest(freeInit, initAt('v/init.mp4', { codec: 'hvc1' })),
  'init-language-changed': ingest(freeInit, initAt('v/init.mp4', { language: 'eng' })),
  'init-handler': dash(dynamicMpd(1, {}), init({ handler: 'soun' })),
  encrypted: dash(dynamicMpd(), init({ encrypted: true })),
  'metadata-track': dash(dynamicMpd(1, {}), init({ handler: 'meta', codec: 'urim' })),
  'segment-without-moof': dash(...started, other('session_1/video/segment_1001.m4s')),
  'segment-without-init': ingest(free(1)),
  'segment-multiplexed': dash(...started, segment(1001, { isMultiplexed: true })),
  'track-id-mismatch': dash(...started, segment(1001, { trackId: 2 })),
  'tfdt-missing': dash(...started, segment(1001, { decodeTime: null })),
  'decode-time-negative': dash(
    ...started,
    segment(1001, { decodeTime: 2 ** 32 - 100, isShortDecodeTime: true }),
  ),
  'tfdt-gap': dash(...started, segment(1001), segment(1002, { decodeTime: 8000 })),
  'tfdt-out-of-order': dash(
    ...started,
    segment(1001),
    segment(1002, { decodeTime: 8000 }),
    segment(1003, { decodeTime: 4000 }),
  ),
  'tfdt-overlap': dash(...started, segment(1001), segment(1002, { decodeTime: 0 })),
  'sequence-number-not-increasing': dash(
    ...started,
    segment(1001),
    segment(1002, { firstSequence: 1, lastSequence: 1 }),
  ),
  'sequence-number-gap': dash(
    ...started,
    segment(1001),
    segment(1002, { firstSequence: 9, lastSequence: 9 }),
  ),
  'segment-not-starting-with-sync-sample': dash(...started, segment(1001, { startsWithSync: false })),
  'samples-outside-mdat': dash(...started, segment(1001, { defaultSizes: { min: 1, max: 9 } })),
  'sample-description-index': dash(...started, segment(1001, { descriptions: [2] })),
  'sample-encryption': dash(dynamicMpd(), init({ encrypted: true, ivSizes: [8] }), segment(1001)),
  'segment-index': ingest(
    freeInit,
    mediaAt('v/1.m4s', 1, {}, { inspection: faultySegment('segment-index') }),
  ),
  'samples-without-duration': dash(...started, segment(1001, { explicitDuration: 0 })),
  'composition-offset-negative': ingest(
    freeInit,
    mediaAt('v/1.m4s', 1, {}, { inspection: faultySegment('composition-offset-negative') }),
  ),
  'base-not-moof': dash(...started, segment(1001, { baseIsMoof: false })),
  'segment-duration-off': dash(...started, segment(1001, { explicitDuration: 6400 })),
  'duration-header-off': hls(...hlsReady, hlsSegment(1001, 'X-EXTINF-duration', '5.0')),
  'producer-time-impossible': ingest(
    freeInit,
    free(1, { producerTime: { atMs: Date.parse('2036-02-07T00:00:00Z'), mediaTime: 0 } }),
  ),
  'sealed-malformed': hksv(sealedInit, ...sealedStart.slice(1), sealedSegment(1001, Buffer.alloc(32))),
  'hksv-order': hksv(...sealedStart, sealedSegment(1001), sealedSegment(1002)),
  'hksv-playlist': hksv(...sealedStart, sealedSegment(1001), sealedPlaylist(2)),
  'hksv-key': hksv(sealedInit, sealedPlaylist(0, false, '0000000012345000')),
  'prft-absent': ingest(freeInit, free(1, { hasPrft: false })),
  'emsg-top-level': ingest(freeInit, free(1, { emsgCount: 1 })),
  filler: ingest(freeInit, free(1, { isFiller: true })),
  'fragment-duration': ingest(freeInit, free(1, { explicitDuration: 9000 }), free(2, { decodeTime: 9000 })),
  'name-number-gap': ingest(freeInit, free(1), mediaAt('v/3.m4s', 2)),
  'switching-set-differs': ingest(...pair, initAt('w/init.mp4', { timescale: 90_000 })),
  'switching-set-unaligned': ingest(
    ...pair,
    initAt('w/init.mp4'),
    free(1),
    mediaAt('w/1.m4s', 1, { decodeTime: 1000 }),
  ),
  'codec-not-announced': dash(dynamicMpd(1, { representations: encoded }), init()),
  'name-not-announced': ingest(neatMpd(neat('v')), freeInit, mediaAt('v/x1.m4s', 1)),
  'manifest-names-unknown-track': dash(
    ...started,
    segment(1001),
    staticMpd(1, { representations: ['video', 'ghost'].map((track) => representation('session_1', track)) }),
  ),
  'manifest-omits-track': dash(...started, segment(1001), staticMpd(1, {})),
  'manifest-names-missing-segments': dash(
    ...started,
    segment(1001),
    staticMpd(1, { representations: timeline(0, 3) }),
  ),
  'manifest-omits-segments': dash(
    ...started,
    segment(1001),
    segment(1002),
    staticMpd(1, { representations: timeline(0, 1) }),
  ),
  'manifest-timing-off': dash(
    ...started,
    segment(1001),
    staticMpd(1, { representations: timeline(9000, 1) }),
  ),
  'manifest-url-absolute': dash(dynamicMpd(1, { hasAbsoluteUrl: true })),
  'manifest-url-outside': dash(dynamicMpd(1, { leavesStream: true })),
  'mpd-base-url': ingest(dynamicMpd(1, { hasBaseUrl: true })),
  'mpd-several-periods': ingest(dynamicMpd(1, { periodCount: 2 })),
  'mpd-template': ingest(dynamicMpd(1, { representations: [flawed] })),
  'mpd-templates-differ': ingest(neatMpd(neat('v'), neat('w', '$RepresentationID$/x-$Number$.m4s'))),
  'mpd-template-changed': ingest(neatMpd(neat('v')), neatMpd(neat('v', '$RepresentationID$/x-$Number$.m4s'))),
  'mpd-timeline-origin': ingest(dynamicMpd(1, { availabilityStartTime: '2026-01-01T00:00:00Z' })),
  'hls-differs-from-mpd': ingest(neatMpd(neat('v')), playlistAt('v.m3u8', { uris: ['v/x1.m4s'] })),
}

describe('every finding code', () => {
  for (const code of findingCodes) {
    it(`${code}: ${rules[code].title}`, () => {
      const [ingest, objects, expected] = stories[code]
      const last = validateInOrder(streamOf(ingest, expected ?? null), objects).verdicts.at(-1)
      const found = last?.findings.filter((finding) => finding.code === code) ?? []
      ok(found.length === 1, `findings are ${JSON.stringify(last?.findings)}`)
      match(found[0]?.message ?? '', /^expected .+[^.]$/)
    })
  }

  it('is one finding for one cause', () => {
    const alone = findingCodes.filter((code) => {
      const [ingest, objects, expected] = stories[code]
      const last = validateInOrder(streamOf(ingest, expected ?? null), objects).verdicts.at(-1)
      return (last?.findings.filter(({ severity }) => severity !== 'note') ?? []).length > 1
    })
    deepEqual(alone, [])
  })

  it('counts as exercised where it is found', () => {
    const idle = findingCodes.filter((code) => {
      const [ingest, objects, expected] = stories[code]
      const { verdicts } = validateInOrder(streamOf(ingest, expected ?? null), objects)
      const happened = new Set(verdicts.flatMap(({ preconditions }) => preconditions))
      return !rules[code].exercisedBy.some((precondition) => happened.has(precondition))
    })
    deepEqual(idle, [])
  })
})
