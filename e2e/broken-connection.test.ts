import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:http2'
import { until } from '@pushav/shared/testing/until.ts'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { watchEvents } from './clients/watch-events.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const uploads = 40
const sent = Buffer.alloc(200, 7)

describe('uploads whose sender leaves', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })

  describe('with the first bytes of a body', () => {
    async function assertKept(stream: string): Promise<void> {
      const listed = async () => (await curl(server(), `/streams/${stream}/uploads?limit=1000`)).json.uploads
      await until('all are listed', async () => (await listed()).length === uploads)
      for (const { bytes, whole, findings } of await listed()) {
        deepEqual([bytes, whole], [sent.length, false])
        deepEqual(
          findings.map(({ code }: { code: string }) => code),
          ['body-incomplete'],
        )
      }
    }

    for (const framing of ['Content-Length: 300', 'Transfer-Encoding: chunked']) {
      it(`are kept as far as they came (${framing})`, async () => {
        const stream = await makeStream(server())
        const body = framing.startsWith('C')
          ? sent
          : Buffer.concat([Buffer.from('c8\r\n'), sent, Buffer.from('\r\n')])
        for (let n = 0; n < uploads; n++) {
          using connection = await rawConnection(server(), device)
          const head = Buffer.from(putHead(`/streams/${stream}/v/${n}.m4s`, framing))
          connection.tls.end(Buffer.concat([head, body]))
          await once(connection.tls, 'close')
        }
        await assertKept(stream)
      })
    }

    it('are kept as far as they came (HTTP/2, a reset stream)', async () => {
      const stream = await makeStream(server())
      const [ca, cert, key] = await Promise.all(
        [server().rootCertificate, device.cert, device.key].map((file) => readFile(file)),
      )
      const session = connect(server().url, { ca, cert, key } as never)
      for (let n = 0; n < uploads; n++) {
        const put = session.request({
          ':method': 'PUT',
          ':path': `/streams/${stream}/v/${n}.m4s`,
          'content-length': 300,
        })
        put.on('error', () => undefined)
        await new Promise((resolve) => put.write(sent, resolve))
        put.close(8)
        await once(put, 'close')
      }
      await assertKept(stream)
      session.close()
      equal(session.destroyed, false)
    })
  })

  describe('before the first byte of a body', () => {
    const log = async (stream: string) => (await curl(server(), `/streams/${stream}/uploads`)).json.uploads

    /** That there is one upload of no bytes, and that the log, the stream, its objects and its events all say so. */
    async function assertRecorded(stream: string): Promise<void> {
      await until('it is listed', async () => (await log(stream)).length === 1)
      const [{ bytes, whole, findings }] = await log(stream)
      deepEqual([bytes, whole, codesOf(findings)], [0, false, ['body-incomplete']])
      const { json } = await curl(server(), `/streams/${stream}`)
      deepEqual(
        json.error_uploads.map(({ findings }: { findings: [] }) => codesOf(findings)),
        [['body-incomplete']],
      )
      equal((await curl(server(), `/streams/${stream}/a.m4s`)).status, 404)
      const fromTheStart = ['-H', 'Last-Event-ID: 0-0.0']
      using watched = await watchEvents(server(), `/streams/${stream}/events`, fromTheStart)
      await watched.until('upload-aborted')
      ok(watched.seen.some(({ kind }) => kind === 'upload-started'))
    }

    const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code)

    for (const framing of ['Content-Length: 300', 'Transfer-Encoding: chunked', 'Content-Encoding: gzip'])
      for (const expect of ['Expect: 100-continue', 'Accept: */*'])
        for (const how of ['ends', 'is reset'])
          it(`are recorded when the connection ${how} (${framing}, ${expect})`, async () => {
            const stream = await makeStream(server())
            using connection = await rawConnection(server(), device)
            const length = framing.startsWith('Content-E') ? ['Content-Length: 30'] : []
            connection.tls.write(putHead(`/streams/${stream}/a.m4s`, framing, expect, ...length))
            if (how === 'ends') connection.tls.end()
            else connection.tls.write('', () => connection.tcp.resetAndDestroy())
            await assertRecorded(stream)
          })

    for (const expect of [{}, { expect: '100-continue' }])
      for (const length of [{}, { 'content-length': 300 }])
        it(`are recorded when the stream is reset (HTTP/2, ${JSON.stringify({ ...expect, ...length })})`, async () => {
          const stream = await makeStream(server())
          const [ca, cert, key] = await Promise.all(
            [server().rootCertificate, device.cert, device.key].map((file) => readFile(file)),
          )
          const session = connect(server().url, { ca, cert, key } as never)
          const path = `/streams/${stream}/a.m4s`
          const put = session.request({ ':method': 'PUT', ':path': path, ...length, ...expect })
          put.on('error', () => undefined)
          await once(put, 'ready')
          put.destroy(new Error('reset'))
          await assertRecorded(stream)
          session.destroy()
        })

    it('stay questions when their empty body is complete', async () => {
      const stream = await makeStream(server())
      for (const args of [
        ['-T', '/dev/null'],
        ['-XPUT', '-H', 'Transfer-Encoding: chunked', '-d', '@/dev/null'],
      ])
        equal((await curl(server(), `/streams/${stream}/a.m4s`, args)).status, 200)
      deepEqual(await log(stream), [])
    })
  })
})
