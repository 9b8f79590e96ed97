import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { box, withLargeSize, withSize } from '@pushav/shared/testing/media/boxes.ts'
import { beginUpload, putHead, rawConnection } from './clients/raw-tls.ts'
import { sha256Of } from './server/journal.ts'
import { pidOf } from './server/processes.ts'
import { run } from './server/run.ts'
import { header, segment } from './support/media/cmaf.ts'
import { publishingPointOfSuite } from './support/suite/publishing-point.ts'

const maxBytes = 2 ** 20

describe('DASH-IF Live Media Ingest 1.2, where it is silent', function () {
  this.timeout(60_000)
  const point = publishingPointOfSuite({ MAX_UPLOAD: '1MiB' })
  const files = () => point().server.workingDirectory

  it('D-01: who asks to go on is told no before a byte of the body', async () => {
    for (const [path, status] of [
      ['/streams/999999/x.m4s', 404],
      [`${point().path}/../x.m4s`, 403],
    ] as const) {
      using refused = await beginUpload(point().server, point().device, path, 'Content-Length: 100')
      const reply = await refused.reply
      match(reply, new RegExp(`^HTTP/1\\.1 ${status} `))
      doesNotMatch(reply, /100 Continue/)
    }
  })

  it('D-03: readers see the old object, or none, until the new one is whole', async () => {
    await point().put('old.m4s', 'old')
    for (const [name, status] of [
      ['old.m4s', 200],
      ['new.m4s', 404],
    ] as const) {
      const path = `${point().path}/${name}`
      using upload = await beginUpload(point().server, point().device, path, 'Content-Length: 100')
      await new Promise((resolve) => upload.tls.write('half of it', resolve))
      const read = await point().get(name)
      equal(read.status, status)
      if (status === 200) equal(String(read.body), 'old')
    }
  })

  it('D-04: names the device root as what it accepts, so that GnuTLS shows its certificate', async () => {
    const { port, rootCertificate } = point().server
    const args = ['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-CAfile', rootCertificate]
    const { stdout } = await run('openssl', ['s_client', ...args])
    match(String(stdout), /Acceptable client certificate CA names\n.*CN ?= ?TC_PAVS root/)
  })

  it('D-07: a second DELETE is 404, and one with an empty body in chunks leaves the connection usable', async () => {
    await point().put('a.m4s', 'x')
    await point().put('b.m4s', 'x')
    using connection = await rawConnection(point().server, point().device)
    const chunked = `Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: video/mp4\r\n`
    const deletion = (name: string, end = '') =>
      `DELETE ${point().path}/${name} HTTP/1.1\r\n${chunked}${end}\r\n0\r\n\r\n`
    connection.tls.write(deletion('a.m4s') + deletion('a.m4s') + deletion('b.m4s', 'Connection: close\r\n'))
    deepEqual(statusesOf(await connection.reply), [200, 404, 200])
  })

  it('D-08: what was deleted stays as a version', async () => {
    const { json } = await point().send('PUT', 'a.m4s', 'kept')
    await point().send('DELETE', 'a.m4s')
    equal(String((await point().get(`a.m4s?version=${json.upload_id}`)).body), 'kept')
  })

  it('D-09: Content-Range on an upload is a 400, and the old object stays', async () => {
    await point().put('a.m4s', 'old')
    const { status, json } = await point().send('PUT', 'a.m4s', 'new', { 'Content-Range': 'bytes 0-2/9' })
    deepEqual([status, typeof json.detail], [400, 'string'])
    equal(String((await point().get('a.m4s')).body), 'old')
  })

  it('D-10: uploads that do not wait for answers are answered in order', async () => {
    using connection = await rawConnection(point().server, point().device)
    const upload = (name: string, ...more: string[]) =>
      putHead(`${point().path}/${name}`, `Content-Length: ${name.length}`, ...more) + name
    connection.tls.write(upload('first.m4s') + upload('then.m4s', 'Connection: close'))
    const reply = await connection.reply
    deepEqual(statusesOf(reply), [202, 202])
    ok(reply.indexOf(sha256Of('first.m4s')) < reply.indexOf(sha256Of('then.m4s')))
  })

  it('D-13: what is just within the limit is taken, one byte more is 413', async () => {
    const { status, json } = await point().send('PUT', 'a.m4s', Buffer.alloc(maxBytes))
    deepEqual([status, json.bytes], [202, maxBytes])
    equal((await point().send('PUT', 'b.m4s', Buffer.alloc(maxBytes + 1))).status, 413)
    equal((await point().get('b.m4s')).status, 404)
  })

  it('D-14: a size that is only declared costs no memory', async () => {
    const before = await memoryOfIngest()
    for (const type of ['moov', 'moof', 'mdat', 'uuid']) {
      const liar = withSize(box(type, [1, 2]), 0xffff_ffff)
      ok((await point().put(`${type}.m4s`, liar)).includes('box-malformed'), type)
    }
    ok((await memoryOfIngest()) - before < 64 * 2 ** 20)
  })

  it('D-15: 64-bit sizes and boxes that last to the end are read', async () => {
    const [moof, mdat] = splitMedia(segment(1, { brands: [], lead: [] }))
    await point().put('init.cmfv', header())
    const codes = [
      await point().put('1.cmfv', Buffer.concat([withSamplesLater(moof, 8), withLargeSize(mdat)])),
      await point().put('2.cmfv', Buffer.concat([segment(2), withSize(mdat, 0)])),
    ]
    deepEqual(codes, [['prft-absent'], []])
  })

  it('D-16: a query is no part of the name and in no log', async () => {
    await point().put('x.m4s?token=secret-4711', 'x')
    equal((await point().send('PUT', '../x.m4s%00?token=secret-4711', 'x')).status, 403)
    equal(String((await point().get('x.m4s')).body), 'x')
    deepEqual(
      (await point().log()).map(({ path }) => path),
      ['x.m4s'],
    )
    doesNotMatch(point().server.log.join('\n'), /secret-4711/)
  })

  it('D-17: the Host says nothing about where an object goes', async () => {
    for (const host of ['localhost', 'other.example:99', '..%2f..', '127.0.0.1']) {
      using connection = await rawConnection(point().server, point().device)
      const head = `PUT ${point().path}/x.m4s HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`
      connection.tls.write(`${head}Content-Length: ${host.length}\r\n\r\n${host}`)
      match(await connection.reply, /^HTTP\/1\.1 202 /)
      equal(String((await point().get('x.m4s')).body), host)
    }
  })

  it('F-08, I2-12: a fault of the store is this server’s fault and passes', async () => {
    const { stream } = point()
    const [store, away] = ['uploads', 'uploads.away'].map((name) => join(files(), name)) as [string, string]
    await point().put('a.m4s', 'x')
    await rename(store, away)
    const { status } = await point().send('PUT', 'b.m4s', 'x')
    await rename(away, store)
    ok(status >= 500, `stream ${stream}: ${status}`)
    deepEqual((await point().send('PUT', 'b.m4s', 'x')).status, 202)
  })

  it('answers 405 to a method that nothing here knows, and says which are known', async () => {
    const { status, headers, json } = await point().send('PATCH', 'a.m4s', 'x')
    deepEqual([status, headers.allow, json.status], [405, 'GET, HEAD, PUT, POST, DELETE', 405])
  })
})

/** The moof with the data offset of its trun (ISO/IEC 14496-12, 8.8.8) raised, for an mdat with a longer header. */
function withSamplesLater(moof: Buffer, bytes: number): Buffer {
  const copy = Buffer.from(moof)
  const dataOffset = copy.indexOf('trun') + 12
  copy.writeInt32BE(copy.readInt32BE(dataOffset) + bytes, dataOffset)
  return copy
}

/** Resident memory, bytes. */
async function memoryOfIngest(): Promise<number> {
  const text = await readFile(`/proc/${await pidOf(process.pid, 'ingest')}/statm`, 'utf8')
  return Number(text.split(' ')[1]) * 4_096
}

const statusesOf = (reply: string): number[] =>
  [...reply.matchAll(/HTTP\/1\.1 (?!100)(\d+)/g)].map(([, status]) => Number(status))

/** The two boxes of a segment that begins with its moof. */
function splitMedia(media: Buffer): readonly [moof: Buffer, mdat: Buffer] {
  const length = media.readUInt32BE()
  return [media.subarray(0, length), media.subarray(length)]
}
