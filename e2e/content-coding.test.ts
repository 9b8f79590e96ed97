import { deepEqual, equal, match } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { until } from '@pushav/shared/testing/until.ts'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { type JournalLine, probed, readBody, readJournal, sha256Of } from './server/journal.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

const limit = 8 * 2 ** 20

describe('bodies in a content coding', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite({ MAX_UPLOAD: '8MiB' })
  const media = mediaOfSuite()
  let device: Identity
  let stream: string
  let manifest: Buffer
  before(async () => {
    device = await makeDevice(server(), 'cam')
    manifest = await readFile(join(media().directory, 'm.mpd'))
  })
  beforeEach(async () => {
    stream = await makeStream(server())
  })

  const put = (path: string, bytes: Buffer, coding: string, ...args: string[]) =>
    curl(
      server(),
      `/streams/${stream}/${path}`,
      [...as(device), '-H', `Content-Encoding: ${coding}`, '-H', 'Expect:', ...args, '-T', '-'],
      bytes,
    )
  const get = (path: string) => curl(server(), `/streams/${stream}/${path}`)
  const uploads = async () => (await readJournal(server(), stream)).uploads as readonly Coded[]
  const staged = () => readdir(join(server().workingDirectory, 'staging/standalone'))

  interface Coded extends JournalLine {
    readonly codedBytes?: number
    readonly undecodable?: string
  }

  for (const http of ['--http1.1', '--http2']) {
    for (const coding of ['gzip', 'x-gzip', 'GZIP, identity']) {
      it(`is kept as what it says (${http}, ${coding})`, async () => {
        const body = gzipSync(manifest)
        const { status, json } = await put('m.mpd', body, coding, http)
        deepEqual([status, json.bytes, json.sha256], [202, manifest.length, sha256Of(manifest)])
        deepEqual((await get('m.mpd')).body, manifest)
        const [{ kind, bytes, codedBytes, sender } = {} as Coded] = await uploads()
        deepEqual([kind, bytes, codedBytes], ['mpd', manifest.length, body.length])
        equal(sender.headers.includes(coding), true)
        deepEqual(await staged(), [])
      })
    }
  }

  it('is media like any other', async () => {
    const { init, segment } = media()
    for (const [path, body] of [
      ['v/init.mp4', init],
      ['v/1.m4s', segment],
    ] as const) {
      equal((await put(path, gzipSync(body), 'gzip')).status, 202)
      equal((await probed(server(), stream, path)).json.streams[0].codec_name, 'h264')
    }
    const { sessions, error_uploads } = (await get('')).json
    deepEqual([sessions[0].tracks.v.segment_count, error_uploads], [1, []])
  })

  it('is refused where it inflates beyond the limit, and nothing of it is kept', async () => {
    for (const bytes of [limit + 1, 2 ** 28]) {
      const { status, json } = await put('m.mpd', gzipSync(Buffer.alloc(bytes)), 'gzip')
      deepEqual([status, json.code], [413, 'body-too-large'])
    }
    equal((await put('m.mpd', gzipSync(Buffer.alloc(limit)), 'gzip')).status, 202)
    deepEqual(
      (await uploads()).map(({ bytes }) => bytes),
      [limit],
    )
    deepEqual(await staged(), [])
  })

  it('is answered 400 where it cannot be undone, kept as it came, and never shown at its path', async () => {
    equal((await put('m.mpd', gzipSync(manifest), 'gzip')).status, 202)
    const damaged = gzipSync(manifest).fill(0xff, 40, 60)
    for (const body of [manifest, damaged, gzipSync(manifest).subarray(0, -20)]) {
      const { status, json } = await put('m.mpd', body, 'gzip')
      deepEqual([status, json.code], [400, 'body-undecodable'])
      match(json.detail, /^kept as it came, but the body is no gzip: \w+/)
      deepEqual(await readBody(server(), stream, json.upload_id), body)
      deepEqual((await get('m.mpd')).body, manifest)
      const last = (await get('uploads')).json.uploads.at(-1)
      deepEqual([last.id, last.whole], [json.upload_id, false])
      match(last.findings[0].message, /^expected a body in its Content-Encoding; the body is no gzip: \w+/)
    }
    deepEqual(await staged(), [])
  })

  it('is kept as it came where its connection is lost', async () => {
    const body = gzipSync(manifest)
    using connection = await rawConnection(server(), device)
    const head = [`Content-Length: ${body.length}`, 'Content-Encoding: gzip']
    connection.tls.write(putHead(`/streams/${stream}/m.mpd`, ...head))
    connection.tls.write(body.subarray(0, 100))
    await until('the first bytes', async () => (await staged()).some((name) => name.endsWith('.json')))
    connection.tcp.resetAndDestroy()
    const cut = await until('the cut-off upload', async () => (await uploads())[0])
    deepEqual([cut.whole, cut.undecodable, cut.sha256], [false, undefined, sha256Of(body.subarray(0, 100))])
  })

  it('says nothing where it is empty, coded or not', async () => {
    for (const body of [Buffer.alloc(0), gzipSync('')]) {
      const { status, json } = await put('m.mpd', body, 'gzip')
      deepEqual([status, json.detail], [200, 'ready for uploads; an empty body is not stored'])
    }
    deepEqual(await uploads(), [])
    deepEqual(await staged(), [])
  })

  it('is refused before its first byte where nobody can undo it', async () => {
    for (const coding of ['br', 'deflate', 'gzip, gzip']) {
      using connection = await rawConnection(server(), device)
      const head = [
        `Content-Encoding: ${coding}`,
        'Content-Length: 5',
        'Expect: 100-continue',
        'Connection: close',
      ]
      connection.tls.write(putHead(`/streams/${stream}/m.mpd`, ...head))
      match(
        await connection.reply,
        /^HTTP\/1\.1 415 .*accept-encoding: gzip, identity.*"code":"content-encoding-unsupported"/is,
      )
    }
    deepEqual(await uploads(), [])
  })

  it('is none where it says identity', async () => {
    equal((await put('m.mpd', manifest, 'identity')).json.bytes, manifest.length)
    deepEqual((await get('m.mpd')).body, manifest)
  })
})
