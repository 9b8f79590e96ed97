import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:http2'
import { until } from '@pushav/shared/testing/until.ts'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const uploads = 40
const sent = Buffer.alloc(200, 7)

describe('uploads whose sender leaves with the first bytes of a body', function () {
  this.timeout(60_000)
  const server = serverOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })

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
