import { deepEqual, equal, ok } from 'node:assert/strict'
import * as boxes from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { keepAlive } from './clients/keep-alive.ts'
import { sha256Of } from './server/journal.ts'
import { audioHeader, header, mpd, segment, template } from './support/media/cmaf.ts'
import {
  codesOf,
  publishingPoint,
  publishingPointOfSuite,
  type ShownSession,
} from './support/suite/publishing-point.ts'

describe('DASH-IF Live Media Ingest 1.2, clause 6: interface 1, CMAF ingest', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite()

  /** Uploads in turn; the codes of findings of each. */
  async function push(...uploads: readonly (readonly [path: string, body: Buffer | string])[]) {
    const codes: (readonly string[])[] = []
    for (const [path, body] of uploads) codes.push(await point().put(path, body))
    return codes
  }
  const counts = async () => countsOf(await point().session())

  describe('requests and their order (6.2)', () => {
    it('I1-01: an empty request anywhere changes nothing, and the next header works', async () => {
      for (const path of ['', '/', 'Streams(video.cmfv)', 'video/init.cmfv']) {
        const { status } = await point().send('POST', path)
        equal(status, 200, path)
      }
      deepEqual([await point().log(), await point().session()], [[], undefined])
      deepEqual(await push(['video/init.cmfv', header()], ['video/1.cmfv', segment(1)]), [[], []])
    })

    it('I1-02: each track begins with its header, in whatever order the tracks come', async () => {
      const codes = await push(
        ['video/init.cmfv', header()],
        ['video/1.cmfv', segment(1)],
        ['audio/init.cmfa', audioHeader()],
        ['video/2.cmfv', segment(2)],
        ['audio/1.cmfa', segment(1)],
      )
      deepEqual(codes.flat(), [])
      deepEqual(await counts(), { audio: 1, video: 2 })
    })

    it('I1-03: an MPD may come before, between and after the media', async () => {
      const manifest = mpd([
        [['video'], template('$RepresentationID$/$Number$.cmfv', '$RepresentationID$/init.cmfv')],
      ])
      const media: [string, Buffer | string][] = [
        ['video/init.cmfv', header()],
        ['video/1.cmfv', segment(1)],
        ['video/2.cmfv', segment(2)],
      ]
      for (const place of [0, 1, 3]) {
        using client = await keepAlive(point().server, point().device, 1)
        const { json } = await client.send('POST', '/streams')
        const other = publishingPoint(point().server, point().device, client, String(json.id))
        for (const [path, body] of media.toSpliced(place, 0, ['m.mpd', manifest])) await other.put(path, body)
        deepEqual(countsOf(await other.session()), { video: 2 }, `MPD at ${place}`)
      }
    })

    it('I1-04: a segment of four chunks is one segment', async () => {
      const codes = await push(['init.cmfv', header()], ['1.cmfv', segment(1, { chunks: 4 })])
      deepEqual(codes.flat(), [])
      deepEqual(Object.values(await counts()), [1])
    })

    it('I1-07: header and segment sent again after a broken connection are noted and count once', async () => {
      const once = [
        ['init.cmfv', header()],
        ['1.cmfv', segment(1)],
      ] as const
      deepEqual(await push(...once, ...once), [[], [], ['init-repeated'], ['upload-repeated']])
      deepEqual(Object.values(await counts()), [1])
      deepEqual(await push(['2.cmfv', segment(2)]), [[]])
    })

    it('I1-08: a header sent again begins no new track, a changed one is told', async () => {
      const smaller = header({ entry: boxes.avc1(boxes.box('pasp', boxes.u32(1, 1))), inMdia: [] })
      const codes = await push(
        ['init.cmfv', header()],
        ['1.cmfv', segment(1)],
        ['init.cmfv', header()],
        ['2.cmfv', segment(2)],
        ['init.cmfv', smaller],
        ['init.cmfv', header({ entry: boxes.visualEntry('hvc1', boxes.hvcC) })],
      )
      deepEqual(codes, [[], [], ['init-repeated'], [], ['init-rewritten'], ['init-changed']])
      deepEqual(Object.keys(await counts()).length, 1)
    })

    it('I1-09: an empty mfra ends its track', async () => {
      await push(['Streams(video.cmfv)', header()], ['Streams(video.cmfv)', segment(1)])
      equal((await point().send('POST', 'Streams(video.cmfv)', boxes.mfra)).status, 202)
      const { complete, tracks } = await point().session()
      deepEqual([complete, tracks.video?.state, tracks.video?.segment_count], [true, 'completed', 1])
    })

    it('I1-12: a decode time that jumps back is told, and one gap', async () => {
      const times = [0, 2, 1, 4]
      await push(['init.cmfv', header()])
      const codes = await push(...times.map((at, n) => [`${n + 1}.cmfv`, segment(n + 1, { at })] as const))
      deepEqual(
        codes.flat().filter((code) => code.startsWith('tfdt')),
        ['tfdt-gap', 'tfdt-out-of-order', 'tfdt-gap'],
      )
      equal((await point().log()).length, 5)
    })

    it('I1-13: a sequence number that is left out is noted', async () => {
      await push(['init.cmfv', header()])
      const codes = await push(
        ...[1, 2, 4].map((sequence, n) => [`${n + 1}.cmfv`, segment(n + 1, { sequence })] as const),
      )
      deepEqual(codes, [[], [], ['sequence-number-gap']])
    })

    it('I1-27: lmsg ends a track, all tracks end the session, a header takes it up again', async () => {
      await push(['init.cmfv', header()], ['1.cmfv', segment(1)])
      deepEqual(await push(['2.cmfv', segment(2, { brands: ['cmfs', 'lmsg'] })]), [[]])
      equal((await point().session()).complete, true)
      deepEqual(await push(['3.cmfv', segment(3)]), [['segment-after-end']])
      await push(['init.cmfv', header()])
      deepEqual(await push(['4.cmfv', segment(10)]), [[]])
      equal((await point().session()).complete, false)
    })
  })

  describe('names (6.2-9, 6.4)', () => {
    it('I1-11: header and segments find together under every form of a URL', async () => {
      const forms: Record<string, readonly [init: string, media: (n: number) => string]> = {
        'names of an MPD': ['live-init.cmfv', (n) => `live-${n}.cmfv`],
        'one URL': ['Streams(one.cmfv)', () => 'Streams(one.cmfv)'],
        'encoded brackets': ['Streams%28encoded.cmfv%29', () => 'Streams%28encoded.cmfv%29'],
        folders: ['folder/init.mp4', (n) => `folder/segment-${n}.m4s`],
        'the forms of AWS': [
          'Streams(aws.cmfv)/InitializationSegment',
          (n) => `Streams(aws.cmfv)/Segment(${n})`,
        ],
      }
      for (const [form, [init, media]] of Object.entries(forms))
        deepEqual(
          (await push([init, header()], [media(1), segment(1)], [media(2), segment(2)])).flat(),
          [],
          form,
        )
      deepEqual(await counts(), { aws: 2, encoded: 2, folder: 2, live: 2, one: 2 })
    })

    it('I1-37: Switching(id)/Streams(name) is the track of that name', async () => {
      const url = 'Switching(video)/Streams(720p.cmfv)'
      deepEqual((await push([url, header()], [url, segment(1)])).flat(), [])
      deepEqual(await counts(), { '720p': 1 })
    })

    it('I1-36: an id with a slash in it is no way out of the stream', async () => {
      const { status } = await point().send('PUT', 'Switching(a%2F..%2Fb)/Streams(c.cmfv)', header())
      equal(status, 403)
    })

    it('I1-39, I1-22: tracks are told apart by their URLs alone, and by an MPD likewise', async () => {
      const tracks = ['v1', 'v2', 'a1']
      const template =
        '<SegmentTemplate timescale="1000" duration="1000" initialization="$RepresentationID$/init.cmfv" media="$RepresentationID$/$Number$.cmfv"/>'
      await push([
        'm.mpd',
        mpd([
          [['v1', 'v2'], template],
          [['a1'], template],
        ]),
      ])
      for (const track of tracks)
        await push([`${track}/init.cmfv`, header()], [`${track}/1.cmfv`, segment(1)])
      deepEqual(await counts(), { a1: 1, v1: 1, v2: 1 })
    })
  })

  describe('media (6.2, 6.3, 6.5, 6.6)', () => {
    it('I1-14: a header without btrt is as good as any', async () => {
      deepEqual(await push(['init.cmfv', header()]), [[]])
    })

    it('I1-16: what breaks the structure of a CMAF track is found', async () => {
      const { ftyp } = boxes
      const codes = await push(
        ['a/init.cmfv', Buffer.concat([ftyp, boxes.box('moov', boxes.box('mvhd', Buffer.alloc(100)))])],
        ['b/init.cmfv', ftyp],
        ['c/init.cmfv', header().subarray(0, -20)],
        ['d/init.cmfv', header()],
        ['d/1.cmfv', boxes.mdat],
      )
      for (const [n, codesOfOne] of codes.entries())
        ok(n === 3 ? codesOfOne.length === 0 : codesOfOne.length > 0, `${n}`)
      ok(codes[2]?.includes('box-malformed'))
    })

    it('I1-17: with and without styp a segment is a segment', async () => {
      const codes = await push(
        ['init.cmfv', header()],
        ['1.cmfv', segment(1, { brands: [] })],
        ['2.cmfv', segment(2, { brands: ['cmfs', 'cmff', 'cmfl'] })],
        ['3.cmfv', segment(3, { brands: ['msdh'] })],
      )
      deepEqual(codes.flat(), [])
      deepEqual(Object.values(await counts()), [3])
    })

    it('I1-26: filler is noted, and replaced without a word by the media it stood for', async () => {
      const filler = segment(1, { brands: ['cmfs', 'slat'] })
      deepEqual(await push(['init.cmfv', header()], ['1.cmfv', filler]), [[], ['filler']])
      deepEqual(await push(['1.cmfv', segment(1)]), [[]])
      deepEqual((await point().get('1.cmfv')).body, segment(1))
    })

    it('I1-28: events inside segments are kept byte for byte', async () => {
      const withEvent = segment(1, { lead: [boxes.emsg, boxes.prft] })
      deepEqual(await push(['init.cmfv', header()], ['1.cmfv', withEvent]), [[], ['emsg-top-level']])
      equal(sha256Of((await point().get('1.cmfv')).body), sha256Of(withEvent))
    })

    it('I1-29: segments without prft are noted once for their track', async () => {
      const bare = { lead: [] }
      const codes = await push(
        ['init.cmfv', header()],
        ['1.cmfv', segment(1, bare)],
        ['2.cmfv', segment(2, bare)],
        ['3.cmfv', segment(3)],
      )
      deepEqual(codes, [[], ['prft-absent'], [], []])
    })

    it('I1-31: encrypted media is taken and marked', async () => {
      const original = boxes.box('frma', boxes.letters('avc1'))
      const entry = boxes.visualEntry('encv', boxes.avcC, boxes.box('sinf', original))
      const codes = await push(['init.cmfv', header({ entry })], ['1.cmfv', segment(1)])
      deepEqual(codes, [['encrypted'], []])
    })

    it('I1-33: parameter sets may be in the header or in the media', async () => {
      const outside = boxes.box('avcC', [1, 0x4d, 0x40, 0x1f, 0xff, 0xe0, 0])
      const configurations = {
        avc1: boxes.avcC,
        avc3: outside,
        hvc1: boxes.hvcC,
        hev1: boxes.box('hvcC', boxes.hvcC.subarray(8, 30), [0]),
      }
      for (const [kind, configuration] of Object.entries(configurations)) {
        const entry = boxes.visualEntry(kind, configuration)
        deepEqual((await push([`${kind}/init.cmfv`, header({ entry })])).flat(), [], kind)
      }
    })

    it('I1-35, I1-38: kind boxes for roles and switching sets are no reason to complain', async () => {
      const kind = (scheme: string, value: string) =>
        boxes.box('kind', boxes.u32(0), boxes.letters(`${scheme}\0${value}\0`))
      const inUdta = [
        kind('urn:mpeg:dash:role:2011', 'main'),
        kind('urn:dashif:ingest:switchingset_id', 'video'),
      ]
      deepEqual(await push(['init.cmfv', header({ inUdta })], ['1.cmfv', segment(1)]), [[], []])
    })

    it('I1-40: WebVTT and TTML are tracks like others', async () => {
      const config = boxes.box('vttC', boxes.letters('WEBVTT'))
      const namespace = boxes.letters('http://www.w3.org/ns/ttml\0\0\0')
      const text = header({ handler: 'text', entry: boxes.box('wvtt', Buffer.alloc(8), config) })
      const subtitles = header({ handler: 'subt', entry: boxes.box('stpp', Buffer.alloc(8), namespace) })
      await push(['wvtt/init.cmft', text], ['wvtt/1.cmft', segment(1)])
      await push(['stpp/init.cmft', subtitles], ['stpp/1.cmft', segment(1)])
      deepEqual(await counts(), { stpp: 1, wvtt: 1 })
      deepEqual((await point().send('GET', '')).json.error_uploads, [])
    })

    it('I1-41: metadata of a kind nobody knows is noted, kept and ends nothing', async () => {
      for (const type of ['evte', 'urim']) {
        const entry = boxes.box(type, Buffer.alloc(8))
        const init = `Streams(${type}.cmfm)/InitializationSegment`
        const codes = await push([init, header({ handler: 'meta', entry })])
        ok(codes[0]?.includes('metadata-track'), String(codes))
        await push([`Streams(${type}.cmfm)/Segment(1)`, segment(1, { lead: [boxes.emsg] })])
      }
      deepEqual(await counts(), { evte: 1, urim: 1 })
    })
  })

  describe('manifests (6.2-16, 6.2-17)', () => {
    /** Told once for each session, so each has its own. */
    const isFlawed = async (session: number, media: string) =>
      (await point().put(`session_${session}/m.mpd`, mpd([[['v'], template(media)]]))).includes(
        'mpd-template',
      )

    it('I1-18: templates have $RepresentationID$ and one of $Number$ and $Time$', async () => {
      const id = '$RepresentationID$'
      for (const [n, end] of ['-$Number$', '-$Number%05d$', '-t$Time$'].entries())
        equal(await isFlawed(n + 1, `${id}${end}.cmfv`), false, end)
      for (const [n, media] of [`${id}-$Number$-$Time$`, id, '$Number$'].entries())
        equal(await isFlawed(n + 11, `${media}.cmfv`), true, media)
    })

    it('I1-20: a BaseURL is noted, one that climbs out is told, and two periods likewise', async () => {
      const climbing = mpd([[['v'], template()]], { lead: '<BaseURL>../../../x/</BaseURL>' })
      const codes = await point().put('m.mpd', climbing)
      ok(codes.includes('mpd-base-url') && codes.includes('manifest-url-outside'), String(codes))
      const two = mpd([[['v'], template()]]).replace(
        '<Period id="0"',
        '<Period id="z" duration="PT1S"/><Period id="0"',
      )
      ok((await point().put('b/m.mpd', two)).includes('mpd-several-periods'))
    })

    it('I1-25: EXT-X-DATERANGE passes through byte for byte', async () => {
      const playlist = `#EXTM3U
#EXT-X-TARGETDURATION:1
#EXT-X-DATERANGE:ID="splice-1",START-DATE="2026-01-01T00:00:00Z",SCTE35-OUT=0xFC30
#EXTINF:1,
1.cmfv
`
      await point().put('video.m3u8', playlist)
      equal(String((await point().get('video.m3u8')).body), playlist)
    })
  })

  describe('redundancy and failover (6.8)', () => {
    it('I1-44, I1-45, I2-17: of two sources each segment counts once and both are told 202', async () => {
      using second = await keepAlive(point().server, point().device, 1)
      const told: string[] = []
      for (const [path, body] of [
        ['init.cmfv', header()],
        ['1.cmfv', segment(1)],
        ['2.cmfv', segment(2)],
      ] as const) {
        const once = point().send('PUT', path, body)
        const twice = second.send('PUT', `${point().path}/${path}`, body)
        const replies = await Promise.all([once, twice])
        for (const { status } of replies) equal(status, 202)
        told.push(...replies.flatMap(codesOf))
      }
      deepEqual(told, ['init-repeated', 'upload-repeated', 'upload-repeated'])
      deepEqual(Object.values(await counts()), [2])
      ok((await point().put('2.cmfv', segment(2, { chunks: 2 }))).includes('path-reused'))
    })

    it('I1-43: after a crash of the receiver the next segment needs no new header', async () => {
      await push(['init.cmfv', header()], ['1.cmfv', segment(1)])
      await point().server.crash('ingest')
      const reply = await until('a receiver that takes it', async () => {
        const reply = await point().send('PUT', '2.cmfv', segment(2))
        return reply.status < 500 && reply
      })
      deepEqual([reply.status, codesOf(reply)], [202, []])
      deepEqual(Object.values(await counts()), [2])
      deepEqual((await point().get('1.cmfv')).body, segment(1))
    })
  })
})

/** Segments by track, sorted by name. */
function countsOf({ tracks }: ShownSession): Readonly<Record<string, number>> {
  const pairs = Object.entries(tracks).map(([name, { segment_count }]) => [name, segment_count] as const)
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}
