import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { furnishRoom } from '../disk/room.ts'
import { startHttpsServer } from '../testing/https-server.ts'
import type { FurnishRoom } from '../use-cases/ports.ts'
import { patientlyWith } from './patience.ts'
import { readerOf } from './server.ts'
import { httpUploads } from './uploads.ts'

const brief = { pauseMs: 10, pauses: 3 }
const body = randomBytes(1_000_000)

describe('httpUploads', function () {
  this.timeout(20_000)

  it('brings the whole upload into a room that is gone when it is left', async () => {
    await using rig = await startRig(serving(body))
    const room = await rig.uploads.room('1', 'u', Buffer.from('init'))
    deepEqual(room.files, ['init', 'object'])
    ok(body.equals(await readFile(join(room.directory, 'object'))))
    equal(rig.asked.join(), '/uploads/1/u bytes=0-')
    room[Symbol.dispose]()
    await rejects(readdir(room.directory), { code: 'ENOENT' })
  })

  it('asks over one connection what it asks one after the other', async () => {
    await using rig = await startRig(serving(body))
    await rig.uploads.shape('1', 'u')
    for (const upload of ['u', 'v']) (await rig.uploads.room('1', upload, null))[Symbol.dispose]()
    deepEqual([rig.asked.length, rig.connections()], [3, 1])
  })

  it('goes on where a body broke off', async () => {
    let answers = 0
    await using rig = await startRig((request, response) => {
      answers += 1
      serving(body, answers < 3 ? 300_000 : undefined)(request, response)
    })
    using room = await rig.uploads.room('1', 'u', null)
    ok(body.equals(await readFile(join(room.directory, 'object'))))
    equal(rig.asked.length, 3)
    ok(
      rig.asked.slice(1).every((asked) => !asked.endsWith('=0-')),
      rig.asked.join(),
    )
  })

  it('brings what is empty', async () => {
    await using rig = await startRig(serving(Buffer.alloc(0)))
    using room = await rig.uploads.room('1', 'u', null)
    equal((await readFile(join(room.directory, 'object'))).length, 0)
    equal(await rig.uploads.shape('1', 'u'), 'whole')
    equal(await rig.uploads.init('1', 'u'), null)
  })

  for (const code of ['object-unknown', 'stream-unknown'])
    it(`takes ${code} for an upload that is gone`, async () => {
      await using rig = await startRig(problem(404, { code }))
      await rejects(rig.uploads.shape('1', 'u'), {
        name: 'UploadGone',
        message: 'upload u of stream 1 is gone',
      })
      await rejects(rig.uploads.room('1', 'u', null), { name: 'UploadGone' })
      equal(rig.told.length, 0)
    })

  const noAnswers: [string, RequestListener, RegExp][] = [
    ['a server of another kind', problem(404, '<html>'), /answered 404 <html>/],
    ['a server without that route', problem(404, { code: 'not-found', detail: 'nothing' }), /404 nothing/],
    ['a proxy without its ingest', problem(503, { code: 'ingest-unreachable', detail: 'away' }), /503 away/],
    ['an answer without a range', (_request, response) => void response.end('all'), /answered 200/],
    ['silence', () => {}, /not a byte in 300 ms/],
    ['a connection that breaks', ({ socket }) => void socket.destroy(), /socket hang up/],
    ['a body that falls silent', fallsSilent, /not a byte in 300 ms/],
  ]
  for (const [name, answer, message] of noAnswers)
    it(`judges nothing by ${name}`, async () => {
      await using rig = await startRig(answer)
      await rejects(rig.uploads.room('1', 'u', null), { name: 'OutOfReach' })
      match(rig.told[0] ?? '', message)
    })

  it('says why it does not trust a certificate', async () => {
    await using rig = await startRig(serving(body))
    await using other = await startHttpsServer(serving(body))
    await rejects(rig.uploadsTrusting(other.certificate).shape('1', 'u'), { name: 'OutOfReach' })
    match(rig.told[0] ?? '', /^https:\/\/localhost:\d+ cannot be read: self-signed certificate/)
    equal(rig.asked.length, 0)
  })

  it('gives up at once when it is to close', async () => {
    await using rig = await startRig(fallsSilent)
    const asked = until('it is asked', async () => rig.asked.length > 0)
    const room = rig.uploads.room('1', 'u', null)
    await asked
    rig.closing.abort()
    await rejects(room, { name: 'OutOfReach' })
    equal(rig.asked.length, 1)
  })

  it('takes no answer for whole that ends early', async () => {
    const short = { 'content-range': 'bytes 0-99/100', 'transfer-encoding': 'chunked' }
    await using rig = await startRig((_request, response) => void response.writeHead(206, short).end('short'))
    await rejects(rig.uploads.shape('1', 'u'), { name: 'OutOfReach' })
    match(rig.told[0] ?? '', /95 bytes are missing/)
  })

  it('leaves no room behind where the upload cannot be brought', async () => {
    await using rig = await startRig(problem(404, { code: 'object-unknown' }))
    await rejects(rig.uploads.room('1', 'u', null), { name: 'UploadGone' })
    equal(rig.rooms.length, 1)
    equal(existsSync(rig.rooms[0] ?? '.'), false)
  })

  it('does not begin to bring what the disk has no room for', async () => {
    await using rig = await startRig((_request, response) => {
      response
        .writeHead(206, { 'content-range': `bytes 0-9/${2 ** 52}`, 'content-length': 10 })
        .flushHeaders()
    })
    await rejects(rig.uploads.room('1', 'u', null), { name: 'Error', message: /has no room for an upload/ })
  })

  async function startRig(answer: RequestListener) {
    const asked: string[] = []
    const told: string[] = []
    const rooms: string[] = []
    const watched: FurnishRoom = (init, bring) =>
      furnishRoom(init, (path) => {
        rooms.push(dirname(path))
        return bring(path)
      })
    const closing = new AbortController()
    const server = await startHttpsServer((request, response) => {
      asked.push(`${request.url} ${request.headers.range}`)
      answer(request, response)
    })
    const patiently = patientlyWith(({ message }) => told.push(message), closing.signal, brief)
    const uploadsTrusting = (rootCertificate: string) => {
      const settings = { origin: server.origin, rootCertificate, silenceMs: 300 }
      return httpUploads(readerOf(settings, closing.signal), patiently, watched)
    }
    return {
      ...server,
      asked,
      told,
      rooms,
      closing,
      uploadsTrusting,
      uploads: uploadsTrusting(server.certificate),
    }
  }
})

/** As ingest answers ranges; `most` bytes at a time, then the connection breaks. */
function serving(all: Buffer, most = all.length): RequestListener {
  return function serve({ headers }: IncomingMessage, response: ServerResponse): void {
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
    const asked = all.subarray(Number(start), end ? Number(end) + 1 : all.length)
    if (asked.length === 0)
      return void response.writeHead(416, { 'content-range': `bytes */${all.length}` }).end('{"status":416}')
    const range = `bytes ${start}-${Number(start) + asked.length - 1}/${all.length}`
    response.writeHead(206, { 'content-range': range, 'content-length': asked.length })
    if (asked.length <= most) return void response.end(asked)
    response.write(asked.subarray(0, most), () => response.destroy())
  }
}

function problem(status: number, said: unknown): RequestListener {
  return (_request, response) =>
    void response.writeHead(status).end(typeof said === 'string' ? said : JSON.stringify(said))
}

function fallsSilent(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(206, { 'content-range': 'bytes 0-99/100', 'content-length': 100 }).write('begun')
}
