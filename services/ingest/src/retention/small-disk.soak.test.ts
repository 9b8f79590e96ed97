import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { box, chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { timeOfId } from '@pushav/shared/uploads/time-of-id.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { skipUnlessRoot, smallDisk } from '../testing/virtual-disk.ts'
import { freeBytesIn } from './disk/free-bytes.ts'

// Ten minutes at 2 MB/s: SOAK_SECONDS=600 SOAK_BYTES_PER_SECOND=2000000 npm run test:soak -- FILE
const seconds = Number(process.env.SOAK_SECONDS ?? 20)
const bytesPerSecond = Number(process.env.SOAK_BYTES_PER_SECOND ?? 40_000_000)

const mebibyte = 1_048_576
const cameras = 4
const reserveMiB = 20
const segmentBytes = 262_144
const segmentsOfSession = 16
/** Two sessions that ended within this time may go in either order. */
const toleranceMs = 3_000

const init = Buffer.concat([ftyp, moov()])
const padding = box('free', Buffer.alloc(segmentBytes))
const segment = (number: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence: number, at: number * 1_000 }), padding])
const mpd = (type: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}"/>`

interface EndedSession {
  readonly stream: number
  readonly session: number
  readonly endedMs: number
}

describe('a disk of 200 MiB that four cameras fill', function () {
  this.timeout((seconds + 120) * 1_000)
  const suite = ingestSuite()
  before(function () {
    skipUnlessRoot(this)
  })

  it('refuses with 507 alone, loses the oldest sessions first, and nothing of one that is open', async () => {
    await using disk = await smallDisk(200 * mebibyte)
    await cp(join(suite.path(), 'certs'), join(disk.path, 'certs'), { recursive: true })
    await using ingest = await suite.start({
      ...{ WORKING_DIRECTORY: disk.path, DISK_RESERVE: `${reserveMiB}MiB` },
      ...{ RETENTION_FREE: '60MiB', RETENTION_INTERVAL: '500ms', SESSION_IDLE: '1h' },
    })
    const statuses = new Map<number, number>()
    const ended: EndedSession[] = []
    const until = Date.now() + seconds * 1_000
    for (let stream = 1; stream <= cameras + 1; stream++) await ingest.send('POST', '/streams?interface=dash')
    const open = `/streams/${cameras + 1}/session_1`
    await put(open, 'index.mpd', Buffer.from(mpd('dynamic')))
    await put(open, 'v/v.init', init)
    for (let i = 0; i < 8; i++) await put(open, `v/segment_${1001 + i}.m4s`, segment(i))
    await Promise.all(Array.from({ length: cameras }, (_, i) => film(i + 1)))

    deepEqual(
      [...statuses.keys()].filter((status) => status !== 202 && status !== 507),
      [],
    )
    ok((await freeBytesIn(disk.path)) >= (reserveMiB - 2) * mebibyte)
    for (let i = 0; i < 8; i++) equal((await ingest.get(`${open}/v/segment_${1001 + i}.m4s`)).status, 200)
    equal((await ingest.get(`/streams/${cameras + 1}?summary=true`)).json.uploads, 10)
    const stored = await storedSessions(ingest)
    const [gone, left] = [false, true].map((isLeft) =>
      ended.filter(({ stream, session }) => stored.has(`${stream}/${session}`) === isLeft),
    ) as [EndedSession[], EndedSession[]]
    const total = [...statuses.values()].reduce((sum, count) => sum + count, 0)
    process.stdout.write(
      `${total} uploads, ${statuses.get(507) ?? 0} refused with 507; of ${ended.length} ended sessions ${gone.length} went\n`,
    )
    ok(gone.length > 0)
    const newestGone = Math.max(...gone.map(({ endedMs }) => endedMs))
    deepEqual(
      left.filter(({ endedMs }) => endedMs < newestGone - toleranceMs),
      [],
    )

    async function film(stream: number): Promise<void> {
      for (let session = 1; Date.now() < until; session++) {
        const base = `/streams/${stream}/session_${session}`
        await put(base, 'index.mpd', Buffer.from(mpd('dynamic')))
        await put(base, 'v/v.init', init)
        for (let i = 0; i < segmentsOfSession; i++) {
          const started = Date.now()
          await put(base, `v/segment_${1001 + i}.m4s`, segment(i))
          await after(Math.max(0, (segmentBytes * cameras * 1_000) / bytesPerSecond - (Date.now() - started)))
        }
        const id = await put(base, 'index.mpd', Buffer.from(mpd('static')))
        if (id) ended.push({ stream, session, endedMs: timeOfId(id) })
      }
    }

    /** Sends the body once it is asked for; the upload's id, or null where it was refused. */
    async function put(base: string, name: string, body: Buffer): Promise<string | null> {
      const headers = { expect: '100-continue', 'content-length': String(body.length) }
      const request = ingest.begin('PUT', `${base}/${name}`, headers)
      request.on('continue', () => request.end(body))
      request.flushHeaders()
      const [response] = await once(request, 'response')
      const parts: Buffer[] = []
      for await (const bytes of response) parts.push(bytes)
      request.destroy()
      statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1)
      return JSON.parse(Buffer.concat(parts).toString()).upload_id ?? null
    }
  })
})

async function storedSessions(ingest: Ingest): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let stream = 1; stream <= cameras; stream++) {
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { json } = await ingest.get(`/sessions/${stream}?limit=1000${query}`)
      for (const { id } of json.sessions) found.add(`${stream}/${id}`)
      cursor = json.next_cursor
    }
  }
  return found
}
