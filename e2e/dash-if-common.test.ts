import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { connect } from 'node:tls'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { as, curl } from './clients/curl.ts'
import { keepAlive } from './clients/keep-alive.ts'
import { beginUpload, putHead, rawConnection } from './clients/raw-tls.ts'
import { sha256Of } from './server/journal.ts'
import { foreignDevice } from './support/devices/openssl.ts'
import { header, mpd, segment } from './support/media/cmaf.ts'
import { publishingPointOfSuite } from './support/suite/publishing-point.ts'

/** The length of a segment, which is how long DASH-IF lets a source wait for a connection. */
const segmentMs = 4_000

describe('DASH-IF Live Media Ingest 1.2, clause 5: common requirements', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite()

  it('C-01: the User-Agent is recorded with the upload; a sender without one is welcome', async () => {
    await point().put('a.cmfv', header(), { 'User-Agent': 'Cam/1.2.3' })
    await point().put('b.cmfv', header())
    const agents = (await point().log()).map(({ sender }) => headerIn(sender.headers, 'user-agent'))
    deepEqual(agents, ['Cam/1.2.3', undefined])
  })

  it('C-02: any DASH-IF-Ingest version and none get the same answer', async () => {
    const versions = [undefined, '1.0', '1.1', '1.2', '9.9']
    const answers = await Promise.all(
      versions.map((version, n) =>
        point().put(`track-${n}/init.cmfv`, header(), version ? { 'DASH-IF-Ingest': version } : {}),
      ),
    )
    deepEqual(new Set(answers.map((codes) => codes.join())), new Set(['']))
    const recorded = (await point().log()).map(({ sender }) => headerIn(sender.headers, 'dash-if-ingest'))
    deepEqual(recorded.map(String).sort(), versions.map(String).sort())
  })

  it('C-03: POST and PUT mean the same', async () => {
    const [put, post] = [
      await point().send('PUT', 'put.cmfv', header()),
      await point().send('POST', 'post.cmfv', header()),
    ]
    deepEqual([put.status, put.json.sha256, put.json.findings], [202, post.json.sha256, post.json.findings])
    equal(post.status, 202)
    deepEqual((await point().get('put.cmfv')).body, (await point().get('post.cmfv')).body)
  })

  it('C-05: the server is trusted under each of its names and addresses', async () => {
    const { port } = point().server
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const { status, complaint } = await curl(
        { ...point().server, url: `https://${host}:${port}` },
        '/streams',
      )
      equal(status, 200, `${host}: ${complaint}`)
    }
  })

  it('C-06: a client certificate is enough, no Authorization is asked for', async () => {
    const { status, headers } = await point().send('PUT', 'a.cmfv', header())
    deepEqual([status, headers['www-authenticate']], [202, undefined])
  })

  it('C-08: speaks the TLS 1.2 of Mozilla’s intermediate profile', async () => {
    const tls = connect({
      ...{ port: point().server.port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false },
      ...{
        maxVersion: 'TLSv1.2' as const,
        ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
      },
    })
    await once(tls, 'secureConnect')
    match(tls.getCipher().name, /^ECDHE-(ECDSA|RSA)-AES128-GCM-SHA256$/)
    tls.destroy()
  })

  it('C-09: a URL that was answered 403 takes the same upload with a good certificate at once', async () => {
    await using folder = await temporaryDirectory()
    using stranger = await keepAlive(point().server, await foreignDevice(folder.path), 1)
    equal((await stranger.send('PUT', `${point().path}/a.cmfv`, header())).status, 403)
    deepEqual(await point().put('a.cmfv', header()), [])
  })

  it('C-10, C-18: a request may be open for 6 s before its body, and a connection idle as long', async () => {
    using idle = await keepAlive(point().server, point().device, 1)
    const before = await idle.send('PUT', `${point().path}/before.cmfv`, header())
    using open = await beginUpload(
      point().server,
      point().device,
      `${point().path}/late.m4s`,
      'Content-Length: 4',
    )
    await passed(6_000) // The silence is what is tested; Node by itself ends a connection after 5 s.
    open.tls.write('late')
    match(await open.reply, /^HTTP\/1\.1 202 /m)
    const after = await idle.send('PUT', `${point().path}/after.cmfv`, header())
    deepEqual([after.status, after.localPort], [202, before.localPort])
  })

  it('C-11: sparse data comes in tiny objects', async () => {
    const tiny = segment(1, { lead: [], brands: [] }).subarray(0, 136)
    const { status, json } = await point().send('PUT', 'sparse.cmfm', tiny)
    deepEqual([status, json.bytes], [202, 136])
  })

  it('C-12: the publishing point may end in a slash, and folders below it need not exist', async () => {
    const { server, stream, path } = point()
    for (const probe of ['', '/']) equal((await point().send('POST', probe)).status, 200, probe)
    await point().put('a/b/c.cmfv', header())
    await point().put('/a/d.cmfv', header())
    deepEqual((await point().get('a/b/c.cmfv')).body, header(), path)
    for (const file of ['a/b/c.cmfv', 'a/d.cmfv']) {
      ok((await lstat(join(server.workingDirectory, 'streams', stream, file))).isSymbolicLink())
    }
  })

  it('C-15: the answer says how much arrived in which time', async () => {
    const { json } = await point().send('PUT', 'a.cmfv', header())
    equal(json.bytes, header().length)
    ok(Number.isInteger(json.duration_ms) && json.duration_ms >= 0, JSON.stringify(json))
  })

  it('C-16, I2-14: absolute URLs in manifests are noted and nothing more', async () => {
    const absolute = '<BaseURL>https://cdn.example.com/live/</BaseURL>'
    ok((await point().put('a.mpd', mpd([], { lead: absolute }))).includes('manifest-url-absolute'))
    ok(!(await point().put('b/b.mpd', mpd([]))).includes('manifest-url-absolute'))
    const playlist = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttps://cdn.example.com/1.m4s\n'
    await point().send('PUT', 'session_2/a.m3u8', playlist)
    ok((await point().log()).at(-1)?.findings.some(({ code }) => code === 'manifest-url-absolute'))
  })

  it('C-19, I1-10: of eight uploads at once one that stalls holds up no other', async () => {
    const { server, device, path } = point()
    using stalled = await beginUpload(server, device, `${path}/stalled.m4s`, 'Content-Length: 100')
    stalled.tls.write('begun')
    const others = ['1', '2', '3', '4', '5', '6', '7']
    await Promise.all(others.map((name) => point().put(`track-${name}/init.cmfv`, header())))
    const paths = (await point().log()).map(({ path }) => path).sort()
    deepEqual(
      paths,
      others.map((name) => `track-${name}/init.cmfv`),
    )
  })

  it('C-20: a body in chunks and a body with a length are the same', async () => {
    await point().put('length.cmfv', header())
    using connection = await rawConnection(point().server, point().device)
    connection.tls.write(
      putHead(`${point().path}/chunks.cmfv`, 'Transfer-Encoding: chunked', 'Connection: close'),
    )
    const half = header().length >> 1
    for (const bytes of [header().subarray(0, half), header().subarray(half)])
      connection.tls.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, crlf]))
    connection.tls.write('0\r\n\r\n')
    match(await connection.reply, /^HTTP\/1\.1 202 /)
    const kept = (await point().log()).map(({ sha256, kind, whole }) => `${sha256} ${kind} ${whole}`)
    deepEqual(new Set(kept), new Set([`${sha256Of(header())} init true`]))
  })

  describe('failures (5.3)', () => {
    it('F-01: forty devices that connect at once have their answers within a segment', async () => {
      const begun = Date.now()
      const clients = await Promise.all(
        Array.from({ length: 40 }, () => keepAlive(point().server, point().device, 1)),
      )
      const answers = await Promise.all(clients.map((client) => client.send('POST', point().path)))
      for (const client of clients) client[Symbol.dispose]()
      ok(answers.every(({ status }) => status === 200))
      ok(Date.now() - begun < segmentMs, `${Date.now() - begun} ms`)
    })

    it('F-02, F-03: an upload that was cut off is taken at once when it is sent again', async () => {
      await point().put('init.cmfv', header())
      await cutOff(`${point().path}/1.cmfv`, segment(1))
      deepEqual(await point().put('1.cmfv', segment(1)), [])
      deepEqual((await point().get('1.cmfv')).body, segment(1))
    })

    it('F-02: a source that goes on at the live edge leaves a gap and nothing worse', async () => {
      await point().put('init.cmfv', header())
      await point().put('1.cmfv', segment(1))
      deepEqual(codesWithout(await point().put('7.cmfv', segment(7)), notesOfNames), ['tfdt-gap'])
      deepEqual(await point().put('8.cmfv', segment(8)), [])
    })

    it('F-05: a stream that is not there is a 404 that says so', async () => {
      for (const path of ['/streams/999999', '/streams/999999/a.cmfv', '/streams/x/a.cmfv']) {
        const { status, json } = await curl(point().server, path, [
          ...as(point().device),
          '-XPOST',
          '-d',
          'x',
        ])
        deepEqual([status, json?.code], [404, 'stream-unknown'], path)
      }
    })

    it('F-05: an upload to a stream that is deleted meanwhile is a 404, too', async () => {
      const { server, device, path } = point()
      using upload = await beginUpload(server, device, `${path}/a.cmfv`, 'Content-Length: 4')
      equal((await point().send('DELETE', '')).status, 200)
      upload.tls.write('late')
      match(await upload.reply, /^HTTP\/1\.1 404 .*"code":"stream-unknown"/ms)
    })

    it('F-06: what is not media is told by its bytes, not by its headers', async () => {
      const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')
      deepEqual(await point().put('1.m4s', jpeg, { 'Content-Type': 'video/mp4' }), ['media-not-isobmff'])
      deepEqual(await point().put('i.cmfv', header(), { 'Content-Type': 'application/octet-stream' }), [])
      equal(await strictStatusOf('1.m4s', jpeg), 400)
    })

    it('F-07: a segment before its init segment is kept, and fine when it comes once more after it', async () => {
      ok((await point().put('1.cmfv', segment(1))).includes('segment-without-init'))
      deepEqual(await point().put('init.cmfv', header()), [])
      equal((await point().send('PUT', '1.cmfv', segment(1))).status, 202)
      deepEqual(await point().put('2.cmfv', segment(2)), [])
    })

    it('F-09: boxes that lie about their size are found, and refused on a strict stream', async () => {
      const cut = segment(1).subarray(0, -10)
      await point().put('init.cmfv', header())
      ok((await point().put('1.cmfv', cut)).includes('box-malformed'))
      equal(await strictStatusOf('1.cmfv', cut), 400)
    })

    it('F-09: chunks that are none are a 400 and nothing is published', async () => {
      using connection = await rawConnection(point().server, point().device)
      connection.tls.write(`${putHead(`${point().path}/a.cmfv`, 'Transfer-Encoding: chunked')}zz\r\nxx\r\n`)
      match(await connection.reply, /^HTTP\/1\.1 400 .*"detail":/s)
      equal((await point().get('a.cmfv')).status, 404)
    })

    it('F-10: no upload is redirected', async () => {
      const paths = ['', '/', 'a', 'a/', 'a//b.cmfv', 'index.mpd?x=1', 'Streams(a.cmfv)']
      const statuses = paths.flatMap((path) =>
        ['PUT', 'POST', 'DELETE'].map(async (method) => (await point().send(method, path, 'x')).status),
      )
      for (const status of await Promise.all(statuses)) ok(status < 300 || status >= 400, String(status))
    })
  })

  /** Sends half of a body and resets the connection. */
  async function cutOff(path: string, body: Buffer): Promise<void> {
    const length = `Content-Length: ${body.length}`
    using connection = await beginUpload(point().server, point().device, path, length)
    await new Promise((resolve) => connection.tls.write(body.subarray(0, body.length >> 1), resolve))
    connection.tcp.resetAndDestroy()
  }

  /** The status of an upload to a strict stream. */
  async function strictStatusOf(path: string, body: Buffer): Promise<number> {
    const { server, device } = point()
    using client = await keepAlive(server, device, 1)
    const { json } = await client.send('POST', '/streams?strict=true')
    return (await client.send('PUT', `/streams/${json.id}/${path}`, body)).status
  }
})

const crlf = Buffer.from('\r\n')

/** What is said of jumping numbers, besides what is said of jumping times. */
const notesOfNames = ['name-number-gap']

const codesWithout = (codes: readonly string[], others: readonly string[]) =>
  codes.filter((code) => !others.includes(code))

/** The value of a header; the case of its letters does not matter. */
function headerIn(
  headers: readonly (readonly [name: string, value: string])[],
  wanted: string,
): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
}
