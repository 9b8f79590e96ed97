import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { until } from '@pushav/shared/testing/until.ts'
import { beginUpload } from './clients/raw-tls.ts'
import { header, mpd, segment, template } from './support/media/cmaf.ts'
import { publishingPointOfSuite } from './support/suite/publishing-point.ts'

const gzip = { 'Content-Encoding': 'gzip' }

describe('DASH-IF Live Media Ingest 1.2: long requests and coded bodies', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite({ MAX_UPLOAD: '1MiB' })

  it('I1-05, I1-06: segments of one long request can be read while it is open', async () => {
    const { server, device, path } = point()
    const chunked = 'Transfer-Encoding: chunked'
    using upload = await beginUpload(server, device, `${path}/Streams(video.cmfv)`, chunked)
    for (const bytes of [header(), segment(1), segment(2), segment(3)]) upload.tls.write(chunkOf(bytes))
    const parts = await until('two segments', async () => {
      const all = await point().log()
      return all.length >= 3 && all
    })
    deepEqual(
      parts.slice(0, 3).map(({ kind }) => kind),
      ['init', 'segment', 'segment'],
    )
    deepEqual((await point().get(parts[1]?.path ?? '')).body, segment(1))
    upload.tls.write('0\r\n\r\n')
    match(await upload.reply, /^HTTP\/1\.1 202 /m)
    const whole = Buffer.concat([header(), segment(1), segment(2), segment(3)])
    deepEqual((await point().get('Streams(video.cmfv)')).body, whole)
    equal((await point().session()).tracks.video?.segment_count, 3)
  })

  it('C-14: a body in gzip is the object that it says', async () => {
    const manifest = mpd([[['v'], template()]])
    ok((await point().put('m.mpd', gzipSync(manifest), gzip)).includes('manifest-interface'))
    const { body, headers } = await point().get('m.mpd')
    deepEqual([String(body), headers['content-encoding']], [manifest, undefined])
  })

  it('C-14: a body that inflates beyond the limit is 413, and nothing of it is kept', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20))
    equal((await point().send('PUT', 'bomb.m4s', bomb, gzip)).status, 413)
    deepEqual([(await point().get('bomb.m4s')).status, await point().log()], [404, []])
  })

  it('C-14: a coding that nobody can undo is 415', async () => {
    const { status, json } = await point().send('PUT', 'a.mpd', 'x', { 'Content-Encoding': 'br' })
    deepEqual([status, json.status], [415, 415])
  })
})

/** In the chunked coding of HTTP/1.1. */
const chunkOf = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
