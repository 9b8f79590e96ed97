import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { until } from '@pushav/shared/testing/until.ts'
import { type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { type Client, keepAlive } from './clients/keep-alive.ts'
import { readBody, sha256Of } from './server/journal.ts'
import { type ProcessName, pidOf } from './server/processes.ts'
import { bareSegment, type Hostile, hostileMedia } from './support/media/hostile-media.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const answerWithinMs = 20_000
const maxGrowthMiB = 250
const maxTracks = 128
const tracksBeyond = 100
const connections = 8
const watched: readonly ProcessName[] = ['proxy', 'ingest']

describe('hostile media', function () {
  this.timeout(180_000)
  const server = serverOfSuite()
  let device: Identity
  let stream: string
  let client: Client
  const residentBefore = new Map<ProcessName, number>()
  const pids = new Map<ProcessName, number>()

  before(async () => {
    device = await makeDevice(server(), 'cam')
    client = await keepAlive(server(), device, connections)
    stream = await makeStream(server(), '?interface=cmaf-ingest')
    await put(stream, 'v/warm-up.cmfv', bareSegment)
    for (const part of watched) {
      const pid = await pidOf(process.pid, part)
      pids.set(part, pid)
      residentBefore.set(part, await residentMiB(pid))
    }
  })
  after(() => client[Symbol.dispose]())

  for (const [what, { path, body, code }] of Object.entries(hostileMedia)) {
    it(`is answered in time, kept and told: ${what}`, async () => {
      const start = performance.now()
      const { json } = await put(stream, path, body)
      const ms = performance.now() - start
      ok(ms < answerWithinMs, `${ms} ms`)
      deepEqual([json.bytes, json.sha256], [body.length, sha256Of(body)])
      equal(sha256Of(await readBody(server(), stream, json.upload_id)), sha256Of(body))
      const codes = await codesOf(stream, json.upload_id)
      ok(codes.includes(code), codes.join())
    })
  }

  it('holds up no other device', async () => {
    const other = await makeStream(server(), '?interface=cmaf-ingest')
    using neighbour = await keepAlive(server(), device, 1)
    await put(other, 'v/first.cmfv', bareSegment, neighbour)
    const hostile = Object.values(hostileMedia).map(({ path, body }: Hostile) => put(stream, path, body))
    let worstMs = 0
    for (let at = 0; at < 50; at++) {
      const start = performance.now()
      await put(other, `v/${at}.cmfv`, bareSegment, neighbour)
      worstMs = Math.max(worstMs, performance.now() - start)
    }
    await Promise.all(hostile)
    console.log(`      at worst an answer came after ${Math.round(worstMs)} ms`)
    ok(worstMs < answerWithinMs, `${worstMs} ms`)
  })

  it(`counts up to ${maxTracks} tracks of a session and tells of more, all of which are kept`, async () => {
    const crowded = await makeStream(server(), '?interface=cmaf-ingest')
    const uploads: { readonly id: string; readonly ms: number }[] = []
    let next = 0
    await Promise.all(Array.from({ length: connections }, pushTracks))
    equal(uploads.length, maxTracks + tracksBeyond)
    const beyond = []
    for (const { id } of uploads.slice(-tracksBeyond)) beyond.push(await codesOf(crowded, id))
    ok(beyond.filter((codes) => codes.includes('too-many-tracks')).length >= tracksBeyond - connections)
    const meanOf = (some: typeof uploads) => some.reduce((sum, { ms }) => sum + ms, 0) / some.length
    const [first, last] = [uploads.slice(0, 50), uploads.slice(-50)].map(meanOf).map(Math.round)
    console.log(`      an answer came after ${first} ms at first, ${last} ms in the end`)

    async function pushTracks(): Promise<void> {
      while (next < maxTracks + tracksBeyond) {
        const start = performance.now()
        const { json } = await put(crowded, `t${letters(next++)}/1.cmfv`, bareSegment)
        uploads.push({ id: json.upload_id, ms: performance.now() - start })
      }
    }
  })

  it('leaves the processes alive and their memory flat', async () => {
    await put(stream, 'v/after.cmfv', bareSegment)
    for (const part of watched) {
      equal(await pidOf(process.pid, part), pids.get(part))
      const grown = (await residentMiB(pids.get(part) ?? 0)) - (residentBefore.get(part) ?? 0)
      console.log(`      ${part} has grown by ${Math.round(grown)} MiB`)
      ok(grown < maxGrowthMiB, `${part} has grown by ${grown} MiB`)
    }
    deepEqual(
      server().log.filter((line) => /process exited|"level":"error"|request failed/.test(line)),
      [],
    )
  })

  async function put(to: string, path: string, body: Buffer, by = client) {
    const reply = await by.send('PUT', `/streams/${to}/${path}`, body)
    equal(reply.status, 202, String(reply.body))
    return reply
  }

  /** The verdict may come after the answer. */
  const codesOf = (of: string, upload: string): Promise<readonly string[]> =>
    until(`the verdict of ${upload}`, async () => (await verdictsOf(of)).get(upload))

  async function verdictsOf(of: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const verdicts = new Map<string, readonly string[]>()
    for (let cursor: number | null = 0; cursor !== null; ) {
      const { json } = await client.send('GET', `/streams/${of}/uploads?limit=1000&cursor=${cursor}`)
      for (const { id, findings } of json.uploads as readonly Line[])
        verdicts.set(
          id,
          findings.map(({ code }) => code),
        )
      cursor = json.next_cursor
    }
    return verdicts
  }
})

interface Line {
  readonly id: string
  readonly findings: readonly { readonly code: string }[]
}

/** A number without digits, which would count as that of a segment. */
const letters = (number: number): string =>
  [...String(number)].map((digit) => String.fromCharCode(97 + Number(digit))).join('')

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024
}
