import { deepEqual, equal, ok } from 'node:assert/strict'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

describe('playback of what came', () => {
  const suite = ingestSuite()
  const init = Buffer.concat([ftyp, moov()])

  it('has a manifest of its own, and the media that this names', async () => {
    await using ingest = await suite.start()
    await push(ingest, 3)
    const { status, text, headers } = await ingest.get('/play/1/none/manifest.mpd')
    equal(status, 200, text)
    equal(headers['content-type'], 'application/dash+xml; charset=utf-8')
    ok(text.includes('type="dynamic"') && text.includes('<S t="0" d="1000" r="2"/>'), text)
    const [, initialization = ''] = /initialization="([^"]+)"/.exec(text) ?? []
    const [, media = ''] = /media="([^"]+)"/.exec(text) ?? []
    const header = await ingest.get(`/play/1/none/${initialization}`)
    deepEqual([header.status, header.headers['content-length']], [200, String(init.length)])
    const segment = await ingest.get(`/play/1/none/${media.replace('$Time$', '2000')}`)
    deepEqual([segment.status, segment.headers['content-length']], [200, String(chunk().length)])
    ok(String(segment.headers['content-security-policy']).startsWith("default-src 'none'"))
    const fresh = await ingest.send('GET', '/play/1/none/manifest.mpd', undefined, {
      'if-none-match': headers.etag,
    })
    equal(fresh.status, 304)
    const main = await ingest.get('/play/1/none/main.m3u8')
    const uri = main.text.trim().split('\n').at(-1)
    const playlist = await ingest.get(`/play/1/none/${uri}`)
    ok(playlist.text.includes('\n2000.m4s\n') && !playlist.text.includes('ENDLIST'), playlist.text)
  })

  it('shows clips, whose times each begin at 0, one behind the other', async () => {
    await using ingest = await suite.start()
    const clip = [init, styp('cmfs'), chunk(), styp('cmfs'), chunk({ at: 1_000, sequence: 2, isSync: false })]
    await ingest.send('POST', '/streams')
    for (const nth of [1, 2]) await ingest.put(`/streams/1/clip-0${nth}.mp4`, Buffer.concat(clip))
    const { text } = await ingest.get('/play/1/none/manifest.mpd')
    deepEqual(text.match(/ start="[^"]*"/g), [' start="PT0S"', ' start="PT2S"'], text)
    const second = text.match(/media="[^"]+/g)?.[1]?.slice('media="'.length) ?? ''
    ok(second.endsWith('?shift=2000'), text)
    const segment = await ingest.get(`/play/1/none/${second.replace('$Time$', '1000')}`)
    equal(segment.status, 200, segment.text)
    const { json } = await ingest.get('/streams/1/uploads?limit=100')
    const paths = json.uploads.map(({ path }: { path: string }) => path)
    ok(
      segment.headers.etag?.includes(
        json.uploads[paths.findLastIndex((path: string) => path.endsWith('/2.m4s'))].id,
      ),
    )
    equal((await ingest.get(`/play/1/none/${second.replace(/\$Time.*/, '0.m4s?shift=-1')}`)).status, 400)
  })

  it('names a window of what is live', async () => {
    await using ingest = await suite.start()
    await push(ingest, 5)
    const { text } = await ingest.get('/play/1/none/manifest.mpd?window=2s')
    ok(text.includes('<S t="2000" d="1000" r="2"/>'), text)
    equal((await ingest.get('/play/1/none/manifest.mpd?window=soon')).status, 400)
  })

  it('counts the segments that have left a live playlist', async () => {
    await using ingest = await suite.start()
    await push(ingest, 4)
    // Sent again: counts once.
    await ingest.put('/streams/1/v.cmfv', chunk({ at: 1_000, sequence: 2 }))
    const main = await ingest.get('/play/1/none/main.m3u8')
    const uri = main.text.trim().split('\n').at(-1)
    const firstAfter = async (at: number) => {
      await ingest.put('/streams/1/v.cmfv', chunk({ at, sequence: at }))
      const { text } = await ingest.get(`/play/1/none/${uri}`)
      return [/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1], /\n(\d+)\.m4s/.exec(text)?.[1]]
    }
    deepEqual(await firstAfter(4_000), ['0', '0'])
    deepEqual(await firstAfter(1_802_000), ['2', '2000'])
    deepEqual(await firstAfter(1_804_000), ['4', '4000'])
    deepEqual(await firstAfter(3_700_000), ['7', '3700000'])
  })

  it('says why there is nothing to play', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    const none = await ingest.get('/play/1/none/manifest.mpd')
    deepEqual([none.status, none.json.code], [404, 'object-unknown'])
    ok(none.json.detail.includes('no segment'), none.json.detail)
    for (const path of ['7/manifest.mpd', 'none/v/3.m4s', 'none/v/x.m4s', 'none/v/none/init.mp4'])
      equal((await ingest.get(`/play/1/${path}`)).status, 404, path)
    equal((await ingest.get('/play/9/none/manifest.mpd')).status, 404)
  })

  async function push(ingest: Ingest, count: number): Promise<void> {
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.cmfv', init)
    for (let n = 0; n < count; n++)
      await ingest.put(`/streams/1/v.cmfv`, chunk({ at: n * 1_000, sequence: n + 1 }))
  }
})
