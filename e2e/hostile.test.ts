import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead, type RawConnection, rawConnection } from './clients/raw-tls.ts'
import { type JournalLine, probed, readBody, readJournal, sha256Of } from './server/journal.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const withBody = ['-H', 'Expect:', '-T', '-']

describe('hostile and broken senders', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite({ MAX_UPLOAD: '8MiB' })
  let device: Identity
  let stream: string
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })
  beforeEach(async () => {
    stream = await makeStream(server())
  })

  const put = (path: string, body: Buffer | string, args: readonly string[] = []) =>
    curl(server(), path, [...as(device), '--path-as-is', ...withBody, ...args], body)
  const get = (path: string) => curl(server(), path, ['--path-as-is'])
  const uploads = async () => (await readJournal(server(), stream)).uploads

  describe('ffprobe', () => {
    let trap: Server
    let visits = 0
    before(async () => {
      trap = createServer((socket) => {
        visits++
        socket.destroy()
      }).listen(0, '127.0.0.1')
      await once(trap, 'listening')
    })
    beforeEach(() => {
      visits = 0
    })
    after(() => void trap.close())

    for (const [what, extension, baitOf] of baits()) {
      for (const name of [`x.${extension}`, 'x.mp4']) {
        it(`is not led elsewhere by ${what} in ${name}`, async () => {
          const { port } = trap.address() as AddressInfo
          equal((await put(`/streams/${stream}/${name}`, baitOf(`http://127.0.0.1:${port}`))).status, 202)
          const { status, json, text } = await probed(server(), stream, name)
          equal(status, 422, text)
          // What is no media is not shown to ffprobe.
          if (json.code !== 'not-media') {
            match(json.detail.message, /cannot make sense/)
            match(json.detail.command, /^ffprobe /)
          }
          ok(!text.includes('root:') && !text.includes(server().workingDirectory), text)
          equal(visits, 0)
        })
      }
    }
  })

  for (const [path, status] of [
    ['../2/x.m4s', 403],
    ['%2e%2e/x.m4s', 403],
    ['..%2fx.m4s', 403],
    ['a/%2e%2e%2f%2e%2e/x.m4s', 403],
    ['a%5c..%5cx.m4s', 403],
    ['x%00.m4s', 403],
    ['./x.m4s', 403],
    ['x%0d%0aInjected:%20yes', 400],
    ['%zz', 400],
    ['%ff%fe', 400],
    [`${'n'.repeat(300)}.m4s`, 400],
    [`${'deep/'.repeat(300)}x.m4s`, 400],
  ] as const) {
    it(`refuses ${path.slice(0, 30)} with ${status} and keeps nothing (F-04, F-09, I2-05)`, async () => {
      const before = await filesOfServer()
      for (const http of ['--http1.1', '--http2']) {
        const answer = await put(`/streams/${stream}/${path}`, 'x', [http])
        deepEqual([answer.status, answer.json?.status], [status, status], answer.text)
        ok(answer.json.detail.length > 10)
      }
      deepEqual(await uploads(), [])
      deepEqual(await filesOfServer(), before)
    })
  }

  it('gives no file of its own to whoever climbs', async () => {
    for (const climb of ['../../', '..%2f..%2f', '%2e%2e/%2e%2e/', '%252e%252e/%252e%252e/']) {
      for (const file of ['certs/device/root.key', 'journals/1/standalone.ndjson', 'standalone/sockets']) {
        const { status, json, text } = await get(`/streams/${stream}/${climb}${file}`)
        ok(status === 403 || status === 404, `${climb}${file}: ${status} ${text}`)
        equal(json.status, status)
      }
    }
  })

  it('believes no forged identity, and finds that there is none (D-05)', async () => {
    const forged = ['X-Client-Verify: SUCCESS', 'X_Client_Cert_Subject: CN=boss', 'Client-Cert: :AAAA:']
    const anonymous = ['--path-as-is', ...withBody, ...forged.flatMap((header) => ['-H', header])]
    for (const http of ['--http1.1', '--http2']) {
      const answer = await curl(server(), `/streams/${stream}/x.m4s`, [...anonymous, http], 'x')
      equal(answer.json.findings[0].code, 'client-certificate-missing')
    }
    for (const { sender } of await uploads()) {
      equal(sender.device, null)
      ok(!sender.headers.join().includes('boss'), sender.headers.join())
    }
  })

  it('answers a megabyte of headers with 431', async () => {
    using connection = await rawConnection(server(), device)
    connection.tls.write(putHead(`/streams/${stream}/x.m4s`, `X-Long: ${'x'.repeat(1_000_000)}`))
    match(await connection.reply, /^HTTP\/1\.1 431 .*"code":"headers-too-large"/s)
  })

  it('survives a megabyte of HTTP/2 headers', async () => {
    const many = Array.from({ length: 100 }, (_, n) => ['-H', `X-${n}: ${'x'.repeat(10_000)}`]).flat()
    const { status } = await put(`/streams/${stream}/x.m4s`, 'x', ['--http2', ...many])
    ok([0, 431].includes(status), String(status))
    deepEqual(await uploads(), [])
  })

  for (const [what, framing] of [
    ['two lengths', ['Content-Length: 1', 'Content-Length: 2']],
    ['a length and chunks', ['Content-Length: 1', 'Transfer-Encoding: chunked']],
    ['a length that is none', ['Content-Length: 1x']],
    ['a negative length', ['Content-Length: -1']],
    ['chunks in name only', ['Transfer-Encoding: xchunked']],
  ] as const) {
    it(`refuses a body with ${what} and takes nothing behind it for a request (C-20)`, async () => {
      using connection = await rawConnection(server(), device)
      const smuggled = putHead(`/streams/${stream}/smuggled.m4s`, 'Content-Length: 1')
      connection.tls.write(`${putHead(`/streams/${stream}/x.m4s`, ...framing)}0\r\n\r\n${smuggled}x`)
      match(await connection.reply, /^HTTP\/1\.1 [45]\d\d .*"detail":/s)
      deepEqual(await uploads(), [])
    })
  }

  for (const [how, cut] of [
    ['ends', ({ tls }: RawConnection) => void tls.end()],
    ['is reset', ({ tcp }: RawConnection) => void tcp.resetAndDestroy()],
  ] as const) {
    for (const [framing, begin] of [
      ['Content-Length: 100', 'only this'],
      ['Transfer-Encoding: chunked', '9\r\nonly this\r\n'],
    ] as const) {
      it(`keeps what came of a body (${framing}) whose connection ${how} (D-02)`, async () => {
        equal((await put(`/streams/${stream}/x.m4s`, 'whole')).status, 202)
        using connection = await rawConnection(server(), device)
        connection.tls.write(`${putHead(`/streams/${stream}/x.m4s`, framing)}${begin}`)
        await until('the first bytes', arrivedInPart)
        cut(connection)
        const kept = await until('the cut-off upload', async () => (await uploads())[1])
        deepEqual([kept.whole, kept.bytes, kept.sha256], [false, 9, sha256Of('only this')])
        equal(String(await readBody(server(), stream, kept.id)), 'only this')
        const { json } = await get(`/streams/${stream}`)
        deepEqual(
          json.error_uploads.map(({ findings }: { findings: { code: string }[] }) => findings[0]?.code),
          ['media-not-isobmff', 'body-incomplete'],
        )
        equal((await get(`/streams/${stream}/x.m4s`)).text, 'whole')
      })
    }
  }

  for (const [method, path, status] of [
    ['PUT', '/streams/999999/x.m4s', '404'],
    ['PUT', '/streams/1/../x.m4s', '403'],
    ['DELETE', '/streams/1/absent.m4s', '404'],
    ['POST', '/streams', '201'],
    ['POST', '/streams/1/trackName', '400'],
    ['GET', '/streams/1', '200'],
    ['PUT', '/streams/1/x.m4s', '202'],
  ] as const) {
    it(`answers ${status} to ${method} ${path} that asks to go on but does not wait`, async () => {
      const head = ['Expect: 100-continue', 'Connection: close', 'Transfer-Encoding: chunked', '', '']
      const request = [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...head].join('\r\n')
      const statuses = new Set<string>()
      for (let n = 0; n < 20; n++) {
        using connection = await rawConnection(server(), device)
        connection.tls.write(request)
        connection.tls.write('5\r\nhello\r\n0\r\n\r\n')
        const [, said = 'none'] = /^HTTP\/1\.1 ((?!100)\d+)/m.exec(await connection.reply) ?? []
        statuses.add(said)
      }
      deepEqual([...statuses], [status])
    })
  }

  it('takes a body that trickles in byte by byte', async () => {
    const word = 'a slow camera'
    using connection = await rawConnection(server(), device)
    const head = ['Transfer-Encoding: chunked', 'Connection: close']
    connection.tls.write(putHead(`/streams/${stream}/x.m4s`, ...head))
    for (const letter of word) {
      connection.tls.write(`1\r\n${letter}\r\n`)
      await passed(200) // The slowness is what is tested.
    }
    connection.tls.write('0\r\n\r\n')
    match(await connection.reply, /^HTTP\/1\.1 202 /)
    deepEqual(
      (await uploads()).map(({ sha256, whole }: JournalLine) => [sha256, whole]),
      [[sha256Of(word), true]],
    )
  })

  for (const http of ['--http1.1', '--http2']) {
    for (const empty of ['-XPOST -d @/dev/null', '-T /dev/null', '-XPUT']) {
      it(`takes an empty body (${http} ${empty}) for a question and stores nothing (I1-01, D-06)`, async () => {
        const before = await filesOfServer()
        const args = [...as(device), http, '--max-time', '10', ...empty.split(' ')]
        for (const path of ['', '/', '/null']) {
          const { status, complaint } = await curl(server(), `/streams/${stream}${path}`, args)
          equal(status, 200, `${path} ${complaint}`)
        }
        deepEqual(await uploads(), [])
        deepEqual(await filesOfServer(), before)
      })
    }
  }

  it('refuses 5 GiB before the first byte where 8 MiB are allowed (D-13)', async () => {
    for (const expect of ['Expect: 100-continue', 'Accept: */*']) {
      using connection = await rawConnection(server(), device)
      connection.tls.write(putHead(`/streams/${stream}/x.m4s`, `Content-Length: ${5 * 2 ** 30}`, expect))
      match(await connection.reply, /^HTTP\/1\.1 413 .*"code":"body-too-large"/s)
    }
    deepEqual(await uploads(), [])
  })

  it('refuses a body without a length once it passes the limit', async () => {
    for (const http of ['--http1.1', '--http2']) {
      const { status } = await put(`/streams/${stream}/x.m4s`, Buffer.alloc(9 * 2 ** 20), [http])
      equal(status, 413, http)
    }
    deepEqual(await uploads(), [])
    deepEqual(await readdir(join(server().workingDirectory, 'staging/standalone')), [])
  })

  describe('after all this', () => {
    it('takes uploads as before, and no process has died', async () => {
      equal((await put(`/streams/${stream}/a.m4s`, 'fine')).status, 202)
      deepEqual(
        server().log.filter((line) => line.includes('process exited')),
        [],
      )
    })
  })

  const arrivedInPart = async () => {
    const staged = await readdir(join(server().workingDirectory, 'staging/standalone'))
    return staged.some((name) => name.endsWith('.json'))
  }

  /** What devices can make it write: everything but the logs of Redis and of the stream itself. */
  async function filesOfServer(): Promise<string[]> {
    const all = await readdir(server().workingDirectory, { recursive: true })
    return all.filter((path) => !path.startsWith('redis/')).sort()
  }
})

/** Bodies that make a trusting ffprobe read a file of this machine or call home. */
function baits(): (readonly [what: string, extension: string, baitOf: (trap: string) => string])[] {
  return [
    ['text', 'txt', () => 'hello, I am not media\n'],
    ['a manifest of URLs', 'mpd', (trap) => manifestOf(`${trap}/`)],
    ['a manifest of files', 'mpd', () => manifestOf('file:///etc/')],
    ['a playlist of URLs', 'm3u8', (trap) => playlistOf(`${trap}/x.ts`)],
    ['a playlist of files', 'm3u8', () => playlistOf('file:///etc/passwd')],
    ['an ffconcat list of URLs', 'ffconcat', (trap) => `ffconcat version 1.0\nfile ${trap}/x.mp4\n`],
    ['an ffconcat list of files', 'ffconcat', () => 'ffconcat version 1.0\nfile /etc/passwd\n'],
  ]
}

const playlistOf = (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n${url}\n#EXT-X-ENDLIST\n`

const manifestOf = (base: string) => `<?xml version="1.0" encoding="utf-8"?>
  <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"
    mediaPresentationDuration="PT9.0S" minBufferTime="PT5.0S"><Period id="0" start="PT0.0S">
  <AdaptationSet id="0" contentType="video"><Representation id="0" mimeType="video/mp4" codecs="avc1.4d401e"
    bandwidth="600000" width="640" height="360"><BaseURL>${base}</BaseURL><SegmentTemplate timescale="1000000"
    duration="2000000" initialization="passwd" media="passwd" startNumber="1"/></Representation>
  </AdaptationSet></Period></MPD>`
