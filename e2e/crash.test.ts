import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { type Client, keepAlive } from './clients/keep-alive.ts'
import { putHead, rawConnection } from './clients/raw-tls.ts'
import { readJournal, sha256Of } from './server/journal.ts'
import type { ProcessName } from './server/processes.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const wanted = 200
const segmentsPerTrack = 4
const connections = 6
/** What is killed, once so many uploads were answered. */
const plan: readonly [at: number, part: ProcessName][] = [
  [30, 'probe'],
  [80, 'ingest'],
  [130, 'redis'],
]

describe('200 uploads while every process behind the proxy is killed', function () {
  this.timeout(300_000)
  const server = serverOfSuite([], { LOG_LEVEL: 'debug' })
  const media = mediaOfSuite()
  let stream: string
  let device: Identity
  let client: Client
  /** By path, what was answered 202. */
  const accepted = new Map<string, { readonly sha256: string; readonly upload: string }>()
  const killed: ProcessName[] = []
  /** What was answered to an upload that was under way while a process was killed. */
  const longReplies: Partial<Record<ProcessName, string>> = {}
  const failures: string[] = []

  before(async () => {
    device = await makeDevice(server(), 'cam')
    stream = await makeStream(server())
    client = await keepAlive(server(), device, connections)
  })
  after(() => client[Symbol.dispose]())

  it('goes on answering 202 (I1-43)', async () => {
    let tracks = 0
    const crashes = killInTurn()
    await Promise.all(Array.from({ length: connections }, pushTracks))
    await crashes
    deepEqual(
      killed,
      plan.map(([, part]) => part),
    )
    console.log(`      ${accepted.size} answered 202, ${failures.length} failed: ${summary(failures)}`)

    async function pushTracks(): Promise<void> {
      while (accepted.size < wanted) await pushTrack(`session_1/track-${++tracks}`)
    }
  })

  it('has taken uploads to their end that were under way while Redis or the probe worker was killed', () => {
    for (const part of ['probe', 'redis'] as const) match(longReplies[part] ?? '', /^HTTP\/1\.1 202 /, part)
  })

  it('has kept what came of an upload that was under way while ingest was killed', async () => {
    const { uploads } = await readJournal(server(), stream)
    const cut = uploads.filter(({ path }) => path === longPath('ingest'))
    const { init } = media()
    deepEqual(
      cut.map(({ whole, sha256 }) => [whole, sha256]),
      [[false, sha256Of(init)]],
    )
    doesNotMatch(longReplies.ingest ?? '', /^HTTP\/1\.1 2/)
  })

  it('has every one of them in the list of the stream', async () => {
    const { json } = await client.send('GET', `/streams/${stream}`)
    const listed = new Set(json.valid_uploads.map(({ file_path }: { file_path: string }) => file_path))
    deepEqual(
      [...accepted.keys()].filter((path) => !listed.has(path)),
      [],
    )
  })

  it('serves every one of them byte for byte', async () => {
    for (const [path, { sha256 }] of accepted) {
      const { status, body } = await client.send('GET', `/streams/${stream}/${path}`)
      deepEqual([status, sha256Of(body)], [200, sha256], path)
    }
  })

  it('has a journal line for every one of them that says so', async () => {
    const { uploads } = await readJournal(server(), stream)
    const kept = new Set(uploads.filter(({ whole }) => whole).map(({ path, sha256 }) => `${path} ${sha256}`))
    deepEqual(
      [...accepted].filter(([path, { sha256 }]) => !kept.has(`${path} ${sha256}`)),
      [],
    )
  })

  it('has probed every one of them in the end', async () => {
    // Told by the log, because asking for a probe would start one that was forgotten. Everything else that runs on this machine comes
    // before ffprobe.
    const uploads = [...accepted.values()].map(({ upload }) => upload)
    await until('all probes', async () => uploads.every((upload) => probedOnes().has(upload)), 240_000)
    for (const path of [...accepted.keys()].filter((_path, n) => n % 20 === 0)) {
      const { status, json } = await client.send('GET', `/probe/${stream}/${path}`)
      deepEqual([status, json.streams?.[0]?.codec_name], [200, 'h264'], `${path}: ${JSON.stringify(json)}`)
    }
  })

  const probedOnes = () => {
    const done = server().log.map((line) => /probed .*"upload":"([^"]+)","state":"done"/.exec(line)?.[1])
    return new Set(done)
  }

  /** Like a camera, it never retries: what follows a lost init segment is not sent. */
  async function pushTrack(folder: string): Promise<void> {
    if (!(await push(`${folder}/init.cmfv`, marked(media().init, folder)))) return
    for (let n = 1; n <= segmentsPerTrack; n++) {
      const path = `${folder}/${n}.cmfv`
      await push(path, marked(media().segment, path))
    }
  }

  async function push(path: string, body: Buffer): Promise<boolean> {
    try {
      const { status, json } = await client.send('PUT', `/streams/${stream}/${path}`, body)
      if (status !== 202) throw new Error(`status ${status}`)
      accepted.set(path, { sha256: sha256Of(body), upload: json.upload_id })
      return true
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
      ok(failures.length < 2_000, summary(failures))
      return false
    }
  }

  /** Sends the first half of an upload and waits until it is there; the result sends the rest. */
  async function beginLong(part: ProcessName): Promise<() => Promise<string>> {
    const { init, segment } = media()
    const path = longPath(part)
    const connection = await rawConnection(server(), device)
    const head = ['Transfer-Encoding: chunked', 'Connection: close']
    connection.tls.write(putHead(`/streams/${stream}/${path}`, ...head))
    connection.tls.write(chunkOf(init))
    await until(`the first half of ${path}`, () => isStaged(path, init.length))
    return async function end() {
      using open = connection
      open.tls.write(Buffer.concat([chunkOf(segment), Buffer.from('0\r\n\r\n')]))
      const reply = await open.reply
      const [, upload] = /^HTTP\/1\.1 202 .*"upload_id":"([^"]+)"/s.exec(reply) ?? []
      if (upload) accepted.set(path, { sha256: sha256Of(Buffer.concat([init, segment])), upload })
      return reply
    }
  }

  async function isStaged(path: string, bytes: number): Promise<boolean> {
    const folder = join(server().workingDirectory, 'staging/standalone')
    for (const name of (await readdir(folder)).filter((name) => name.endsWith('.json'))) {
      const facts = await readFile(join(folder, name), 'utf8').catch(() => '')
      const body = await stat(join(folder, name.replace(/\.json$/, ''))).catch(() => null)
      if (facts.includes(`"${path}"`) && body?.size === bytes) return true
    }
    return false
  }

  async function killInTurn(): Promise<void> {
    for (const [at, part] of plan) {
      await until(`${at} uploads`, async () => accepted.size >= at)
      const end = await beginLong(part)
      await server().crash(part)
      killed.push(part)
      await until(`all ready after ${part} was killed`, async () => {
        const reply = await client.send('GET', '/readyz').catch(() => null)
        return reply?.status === 200
      })
      longReplies[part] = await end()
    }
    equal(killed.length, plan.length)
  }
})

const longPath = (part: ProcessName): string => `session_1/long-${part}.cmfv`

/** In the chunked coding of HTTP/1.1. */
const chunkOf = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** A copy that differs from every other by a `free` box at its end, which players pass over. */
function marked(media: Buffer, mark: string): Buffer {
  const box = Buffer.alloc(8 + Buffer.byteLength(mark))
  box.writeUInt32BE(box.length)
  box.write(`free${mark}`, 4)
  return Buffer.concat([media, box])
}

function summary(failures: readonly string[]): string {
  const counts = Object.entries(Object.groupBy(failures, (message) => message))
  return counts.map(([message, all]) => `${all?.length} × ${message}`).join(', ')
}
