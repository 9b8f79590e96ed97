import { deepEqual, equal, ok } from 'node:assert/strict'
import * as boxes from '@pushav/shared/testing/media/boxes.ts'
import { header, mpd, segment, template } from './support/media/cmaf.ts'
import { publishingPointOfSuite } from './support/suite/publishing-point.ts'

const inFolders = template('$RepresentationID$/$Number$.cmfv', '$RepresentationID$/init.cmfv')

describe('DASH-IF Live Media Ingest 1.2: duties of the source that are checked', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite()
  const put = (path: string, body: Buffer | string) => point().put(path, body)

  it('I1-14: the bit rate of a track is measured', async () => {
    await put('v/init.cmfv', header())
    await put('v/1.cmfv', segment(1))
    await put('v/2.cmfv', segment(2))
    const { bitrate = 0 } = (await point().session()).tracks.v ?? {}
    equal(bitrate, segment(1).length * 8)
  })

  it('I1-15: tracks of a switching set that do not fit together are told, by both names', async () => {
    await put('m.mpd', mpd([[['a', 'b', 'c'], inFolders]]))
    await put('a/init.cmfv', header())
    await put('b/init.cmfv', header())
    const { json } = await point().send(
      'PUT',
      'c/init.cmfv',
      header({ entry: boxes.visualEntry('vp09', boxes.vpcC) }),
    )
    const [differs] = json.findings.filter(({ code }: { code: string }) => code === 'switching-set-differs')
    ok(/\ba\b/.test(differs.message) && /\bc\b/.test(differs.message), differs.message)
    await put('a/1.cmfv', segment(1, { chunks: 2 }))
    ok((await put('b/1.cmfv', segment(1, { at: 0.5, chunks: 2 }))).includes('switching-set-unaligned'))
  })

  it('I1-19: templates that differ between sets are told, and each set is mapped', async () => {
    const other = template('x/$RepresentationID$/$Number$.cmfv', 'x/$RepresentationID$/init.cmfv')
    ok(
      (
        await put(
          'm.mpd',
          mpd([
            [['a'], inFolders],
            [['b'], other],
          ]),
        )
      ).includes('mpd-templates-differ'),
    )
    for (const folder of ['a', 'x/b']) {
      deepEqual(await put(`${folder}/init.cmfv`, header()), [])
      deepEqual(await put(`${folder}/1.cmfv`, segment(1)), [])
    }
  })

  it('I1-21: an MPD that does not count from the Unix epoch is noted', async () => {
    const sets = [[['v'], template()]] as const
    const late = 'availabilityStartTime="2026-01-01T00:00:00Z"'
    const codes = [
      await put('session_1/m.mpd', mpd(sets)),
      await put('session_2/m.mpd', mpd(sets, { attributes: late })),
      await put('session_3/m.mpd', mpd(sets, { start: 'PT5S' })),
    ]
    deepEqual(
      codes.map((all) => all.includes('mpd-timeline-origin')),
      [false, true, true],
    )
  })

  it('I1-23: templates that change in an update are told, and the first ones stay', async () => {
    await put('m.mpd', mpd([[['v'], inFolders]]))
    await put('v/init.cmfv', header())
    await put('v/1.cmfv', segment(1))
    const changed = template('$RepresentationID$/new-$Number$.cmfv', '$RepresentationID$/init.cmfv')
    ok((await put('m.mpd', mpd([[['v'], changed]]))).includes('mpd-template-changed'))
    deepEqual(await put('v/2.cmfv', segment(2)), [])
    equal(String((await point().get('m.mpd')).body), mpd([[['v'], changed]]))
  })

  it('I1-24: a playlist that names other objects than the MPD is told', async () => {
    const playlist = (uri: string) =>
      `#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="v/init.cmfv"\n#EXTINF:1,\n${uri}\n`
    await put('m.mpd', mpd([[['v'], inFolders]]))
    ok(!(await put('v.m3u8', playlist('v/1.cmfv'))).includes('hls-differs-from-mpd'))
    ok((await put('v.m3u8', playlist('w/other.cmfv'))).includes('hls-differs-from-mpd'))
  })

  it('I1-32: segments shorter than 1 s or longer than 6 s are noted once, the last excepted', async () => {
    const told: boolean[] = []
    await put('long/init.cmfv', header())
    for (const n of [1, 2, 3])
      told.push(hasDuration(await put(`long/${n}.cmfv`, segment(n, { at: (n - 1) * 12, chunks: 12 }))))
    await put('fine/init.cmfv', header())
    for (const n of [1, 2, 3])
      told.push(
        hasDuration(await put(`fine/${n}.cmfv`, segment(n, { at: (n - 1) * 4, chunks: n < 3 ? 4 : 1 }))),
      )
    deepEqual(told, [false, true, false, false, false, false])
  })

  it('I1-34: a header that differs by its language alone is a change of language', async () => {
    const french = boxes.box('elng', boxes.u32(0), boxes.letters('fr\0'))
    await put('a/init.cmfa', header())
    await put('a/1.cmfa', segment(1))
    deepEqual(await put('a/init.cmfa', header({ inMdia: [french] })), ['init-language-changed'])
    deepEqual(await put('a/2.cmfa', segment(2)), [])
  })

  it('I1-40: subtitles under a handler of another kind are told', async () => {
    const entry = boxes.box('wvtt', Buffer.alloc(8), boxes.box('vttC', boxes.letters('WEBVTT')))
    deepEqual(await put('t/init.cmft', header({ handler: 'text', entry })), [])
    deepEqual(await put('s/init.cmft', header({ handler: 'subt', entry })), ['init-handler'])
  })

  it('I2-08: a number that is left out in the names of segments is noted', async () => {
    await put('v/init.cmfv', header())
    await put('v/seg-7.cmfv', segment(1))
    deepEqual(await put('v/seg-8.cmfv', segment(2)), [])
    deepEqual(await put('v/seg-10.cmfv', segment(3)), ['name-number-gap'])
  })
})

const hasDuration = (codes: readonly string[]): boolean => codes.includes('fragment-duration')
