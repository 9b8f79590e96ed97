import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { keepAlive } from './clients/keep-alive.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { header, mpd, segment, template } from './support/media/cmaf.ts'
import { publishingPointOfSuite } from './support/suite/publishing-point.ts'

describe('DASH-IF Live Media Ingest 1.2, clause 7: interface 2, DASH and HLS ingest', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite()

  describe('removal (7.1.1)', () => {
    it('I2-02: DELETE is answered 200, and the object is gone', async () => {
      await point().put('init.cmfv', header())
      equal((await point().send('DELETE', 'init.cmfv')).status, 200)
      equal((await point().get('init.cmfv')).status, 404)
      await point().put('init.cmfv', header())
      equal((await point().get('init.cmfv')).status, 200)
    })
  })

  it('I2-03: a folder goes with its last object, the stream does not', async () => {
    const { server, stream } = point()
    const folders = () => readdir(join(server.workingDirectory, 'streams', stream))
    for (const path of ['track/1.cmfv', 'track/2.cmfv', 'x.cmfv']) await point().put(path, segment(1))
    const seen: string[][] = []
    for (const path of ['track/1.cmfv', 'track/2.cmfv', 'x.cmfv']) {
      equal((await point().send('DELETE', path)).status, 200)
      seen.push((await folders()).sort())
    }
    deepEqual(seen, [['track', 'x.cmfv'], ['x.cmfv'], []])
    equal((await point().send('PUT', 'track/3.cmfv', segment(1))).status, 202)
  })

  describe('names (7.1.2)', () => {
    it('I2-04: other media at a path that was used is told, and has another ETag', async () => {
      await point().put('init.cmfv', header())
      await point().put('1.cmfv', segment(1))
      const { etag } = (await point().get('1.cmfv')).headers
      ok((await point().put('1.cmfv', segment(2))).includes('path-reused'))
      notEqual((await point().get('1.cmfv')).headers.etag, etag)
    })

    it('I2-05: what lies outside the stream is 403, also beside it under a longer name', async () => {
      const { server, device, stream } = point()
      for (const climb of ['..', '%2e%2e', '.%2e']) {
        using connection = await rawConnection(server, device)
        const path = `/streams/${stream}/${climb}/${stream}-evil/x.m4s`
        connection.tls.write(`${putHead(path, 'Content-Length: 1', 'Connection: close')}x`)
        ok((await connection.reply).startsWith('HTTP/1.1 403 '), climb)
      }
      deepEqual(await point().log(), [])
    })

    it('I2-07: of 100 replacements each reader gets one whole version', async () => {
      using reader = await keepAlive(point().server, point().device, 4)
      const versions = [Buffer.alloc(200_000, 'a'), Buffer.alloc(150_000, 'b')] as const
      await point().put('x.m4s', versions[0])
      let isDone = false
      const reading = Array.from({ length: 4 }, read)
      for (let n = 0; n < 100; n++) await point().put('x.m4s', versions[n % 2 === 0 ? 1 : 0])
      isDone = true
      const reads = (await Promise.all(reading)).flat()
      ok(!reads.includes(-1))
      ok(reads.length >= 20, `${reads.length} reads`)

      /** Which version each answer was; -1 for none of them. */
      async function read(): Promise<number[]> {
        const seen: number[] = []
        while (!isDone) {
          const { body } = await reader.send('GET', `${point().path}/x.m4s`)
          seen.push(versions.findIndex((version) => version.equals(body)))
        }
        return seen
      }
    })

    it('I2-09: an init segment is known by its boxes under every extension', async () => {
      const names = ['a.init', 'b.header', 'c.mp4', 'd.m4s', 'e.cmfv', 'f.cmfa', 'g.cmft', 'h.cmfm', 'i.m4v']
      for (const name of names) deepEqual(await point().put(`${name}/${name}`, header()), [], name)
      deepEqual(
        (await point().log()).map(({ kind }) => kind),
        names.map(() => 'init'),
      )
    })

    it('I2-10: any Content-Type is taken, and the right one is served', async () => {
      const sent = [undefined, '*', 'application/octet-stream', 'application/x-www-form-urlencoded']
      for (const [n, type] of sent.entries()) {
        const headers = type ? { 'Content-Type': type } : {}
        deepEqual(await point().put(`track-${n}/init.mp4`, header(), headers), [], type)
      }
      const wrong = await point().put('wrong/init.mp4', header(), { 'Content-Type': 'text/html' })
      deepEqual(wrong, ['content-type-mismatch'])
      for (const [extension, type] of Object.entries(table6)) {
        await point().put(`x.${extension}`, header())
        equal((await point().get(`x.${extension}`)).headers['content-type'], type, extension)
      }
    })

    it('I2-13: an extension that is none of the known ones is told, and the bytes are kept', async () => {
      for (const path of ['x.exe', 'x.ts', 'x.key', 'x']) {
        ok((await point().put(path, 'whatever it is')).includes('extension'), path)
        equal(String((await point().get(path)).body), 'whatever it is')
      }
    })
  })

  describe('failures and order (7.1.3, 7.3.4)', () => {
    it('I2-11: a segment that comes late, and a manifest after it, are taken', async () => {
      await point().put('v-init.cmfv', header())
      for (const n of [1, 3, 4, 2, 5]) await point().put(`v-${n}.cmfv`, segment(n))
      await point().put('m.mpd', mpd([[['v'], template()]]))
      const { tracks } = await point().session()
      equal(tracks.v?.segment_count, 5)
      for (const n of [1, 2, 3, 4, 5]) deepEqual((await point().get(`v-${n}.cmfv`)).body, segment(n))
      equal((await point().get('m.mpd')).status, 200)
    })

    it('I2-16: a playlist may overtake the segments that it names', async () => {
      const playlist =
        '#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="init.cmfv"\n#EXTINF:1,\n1.cmfv\n'
      const codes = [await point().put('video.m3u8', playlist)]
      codes.push(await point().put('init.cmfv', header()), await point().put('1.cmfv', segment(1)))
      deepEqual(codes, [['manifest-interface'], [], []])
      const { json } = await point().send('GET', '')
      deepEqual(json.error_uploads, [])
    })

    it('I2-06: two manifests with names of their own are two objects', async () => {
      await point().put('session_1/a.mpd', mpd([[['v'], template()]]))
      await point().put('session_2/b.mpd', mpd([[['v'], template()]]))
      const { json } = await point().send('GET', '')
      deepEqual(
        json.sessions.map(({ id, uploaded_manifests }: { id: number; uploaded_manifests: string[][] }) => [
          id,
          uploaded_manifests.map(([path]) => path),
        ]),
        [
          [1, ['session_1/a.mpd']],
          [2, ['session_2/b.mpd']],
        ],
      )
    })
  })
})

/** As the specification has it. */
const table6: Readonly<Record<string, string>> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  cmfv: 'video/mp4',
  m4v: 'video/mp4',
  init: 'video/mp4',
  header: 'video/mp4',
  cmfa: 'audio/mp4',
  m4a: 'audio/mp4',
  cmft: 'application/mp4',
  cmfm: 'application/mp4',
  mp4: 'video/mp4',
  m4s: 'video/iso.segment',
  key: 'application/octet-stream',
}
