import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { until } from '@pushav/shared/testing/until.ts'
import { downloadInto } from '../disk/sandbox-dir.ts'
import { rangedUploads } from '../ranged/ranged-uploads.ts'
import { retryWith } from '../ranged/retry.ts'
import { startHttpsServer } from '../testing/https-server.ts'
import type { DownloadInto } from '../use-cases/ports.ts'
import { createUploadClient } from './upload-client.ts'

const briefRetries = { sleepMs: 10, maxRetries: 3 }
const body = randomBytes(1_000_000)

describe('rangedUploads', function () {
  this.timeout(20_000)

  it('downloads the whole upload into a directory that disposal removes', async () => {
    await using rig = await startRig(serving(body))
    const sandbox = await rig.uploads.sandboxDir('1', 'u', Buffer.from('init'))
    deepEqual(sandbox.files, ['init', 'object'])
    ok(body.equals(await readFile(join(sandbox.directory, 'object'))))
    equal(rig.asked.join(), '/uploads/1/u bytes=0-')
    sandbox[Symbol.dispose]()
    await rejects(readdir(sandbox.directory), { code: 'ENOENT' })
  })

  it('shows its client certificate where it has one', async () => {
    const shown: string[] = []
    await using server = await startHttpsServer((request, response) => {
      shown.push((request.socket as TLSSocket).getPeerX509Certificate()?.toString() ?? 'none')
      serving(body)(request, response)
    })
    const { origin, certificate: rootCertificate, pem } = server
    for (const clientCertificate of [undefined, pem]) {
      const options = { origin, rootCertificate, clientCertificate, timeoutMs: 5_000 }
      using range = await createUploadClient(options, new AbortController().signal)('1', 'u', 0, 1)
      equal(range.size, body.length)
    }
    deepEqual(shown, ['none', new X509Certificate(pem).toString()])
  })

  it('asks over one connection what it asks one after the other', async () => {
    await using rig = await startRig(serving(body))
    await rig.uploads.inputKind('1', 'u')
    for (const upload of ['u', 'v']) (await rig.uploads.sandboxDir('1', upload, null))[Symbol.dispose]()
    deepEqual([rig.asked.length, rig.connections()], [3, 1])
  })

  it('goes on where a body broke off', async () => {
    let responses = 0
    await using rig = await startRig((request, response) => {
      responses += 1
      serving(body, responses < 3 ? 300_000 : undefined)(request, response)
    })
    using sandbox = await rig.uploads.sandboxDir('1', 'u', null)
    ok(body.equals(await readFile(join(sandbox.directory, 'object'))))
    equal(rig.asked.length, 3)
    ok(
      rig.asked.slice(1).every((asked) => !asked.endsWith('=0-')),
      rig.asked.join(),
    )
  })

  it('downloads an empty upload', async () => {
    await using rig = await startRig(serving(Buffer.alloc(0)))
    using sandbox = await rig.uploads.sandboxDir('1', 'u', null)
    equal((await readFile(join(sandbox.directory, 'object'))).length, 0)
    equal(await rig.uploads.inputKind('1', 'u'), 'whole')
    equal(await rig.uploads.init('1', 'u'), null)
  })

  for (const code of ['object-unknown', 'stream-unknown'])
    it(`takes ${code} for an upload that is gone`, async () => {
      await using rig = await startRig(problem(404, { code }))
      await rejects(rig.uploads.inputKind('1', 'u'), {
        name: 'UploadGone',
        message: 'upload u of stream 1 is gone',
      })
      await rejects(rig.uploads.sandboxDir('1', 'u', null), { name: 'UploadGone' })
      equal(rig.reported.length, 0)
    })

  const noResponses: [string, RequestListener, RegExp][] = [
    ['a server of another kind', problem(404, '<html>'), /responded 404 <html>/],
    ['a server without that route', problem(404, { code: 'not-found', detail: 'nothing' }), /404 nothing/],
    ['a proxy without its ingest', problem(503, { code: 'ingest-unreachable', detail: 'away' }), /503 away/],
    ['a response without a range', (_request, response) => void response.end('all'), /responded 200/],
    ['silence', () => {}, /no byte in 300 ms/],
    ['a connection that breaks', ({ socket }) => void socket.destroy(), /socket hang up/],
    ['a body that falls silent', fallsSilent, /no byte in 300 ms/],
  ]
  for (const [name, answer, message] of noResponses)
    it(`judges nothing by ${name}`, async () => {
      await using rig = await startRig(answer)
      await rejects(rig.uploads.sandboxDir('1', 'u', null), { name: 'UploadsUnavailable' })
      match(rig.reported[0] ?? '', message)
    })

  it('says why it does not trust a certificate', async () => {
    await using rig = await startRig(serving(body))
    await using other = await startHttpsServer(serving(body))
    await rejects(rig.uploadsTrusting(other.certificate).inputKind('1', 'u'), { name: 'UploadsUnavailable' })
    match(rig.reported[0] ?? '', /^https:\/\/localhost:\d+ cannot be read: self-signed certificate/)
    equal(rig.asked.length, 0)
  })

  it('gives up at once when it is to close', async () => {
    await using rig = await startRig(fallsSilent)
    const asked = until('it is asked', async () => rig.asked.length > 0)
    const sandbox = rig.uploads.sandboxDir('1', 'u', null)
    await asked
    rig.closing.abort()
    await rejects(sandbox, { name: 'UploadsUnavailable' })
    equal(rig.asked.length, 1)
  })

  it('refuses a response that ends early', async () => {
    const short = { 'content-range': 'bytes 0-99/100', 'transfer-encoding': 'chunked' }
    await using rig = await startRig((_request, response) => void response.writeHead(206, short).end('short'))
    await rejects(rig.uploads.inputKind('1', 'u'), { name: 'UploadsUnavailable' })
    match(rig.reported[0] ?? '', /95 bytes are missing/)
  })

  it('leaves no directory behind where the download fails', async () => {
    await using rig = await startRig(problem(404, { code: 'object-unknown' }))
    await rejects(rig.uploads.sandboxDir('1', 'u', null), { name: 'UploadGone' })
    equal(rig.directories.length, 1)
    equal(existsSync(rig.directories[0] ?? '.'), false)
  })

  it('does not begin a download that the disk has no space for', async () => {
    await using rig = await startRig((_request, response) => {
      response
        .writeHead(206, { 'content-range': `bytes 0-9/${2 ** 52}`, 'content-length': 10 })
        .flushHeaders()
    })
    await rejects(rig.uploads.sandboxDir('1', 'u', null), {
      name: 'Error',
      message: /has no space for an upload/,
    })
  })

  async function startRig(answer: RequestListener) {
    const asked: string[] = []
    const reported: string[] = []
    const directories: string[] = []
    const watched: DownloadInto = (init, bring) =>
      downloadInto(init, (path) => {
        directories.push(dirname(path))
        return bring(path)
      })
    const closing = new AbortController()
    const server = await startHttpsServer((request, response) => {
      asked.push(`${request.url} ${request.headers.range}`)
      answer(request, response)
    })
    const retry = retryWith(({ message }) => reported.push(message), closing.signal, briefRetries)
    const uploadsTrusting = (rootCertificate: string) => {
      const settings = { origin: server.origin, rootCertificate, timeoutMs: 300 }
      return rangedUploads(createUploadClient(settings, closing.signal), retry, watched)
    }
    return {
      ...server,
      asked,
      reported,
      directories,
      closing,
      uploadsTrusting,
      uploads: uploadsTrusting(server.certificate),
    }
  }
})

/** As ingest responds to range requests; `maxBytes` bytes at a time, then the connection breaks. */
function serving(all: Buffer, maxBytes = all.length): RequestListener {
  return function serve({ headers }: IncomingMessage, response: ServerResponse): void {
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
    const asked = all.subarray(Number(start), end ? Number(end) + 1 : all.length)
    if (asked.length === 0)
      return void response.writeHead(416, { 'content-range': `bytes */${all.length}` }).end('{"status":416}')
    const range = `bytes ${start}-${Number(start) + asked.length - 1}/${all.length}`
    response.writeHead(206, { 'content-range': range, 'content-length': asked.length })
    if (asked.length <= maxBytes) return void response.end(asked)
    response.write(asked.subarray(0, maxBytes), () => response.destroy())
  }
}

function problem(status: number, said: unknown): RequestListener {
  return (_request, response) =>
    void response.writeHead(status).end(typeof said === 'string' ? said : JSON.stringify(said))
}

function fallsSilent(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(206, { 'content-range': 'bytes 0-99/100', 'content-length': 100 }).write('begun')
}
