import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2'
import { join } from 'node:path'
import { eventStream } from '@pushav/shared/events.ts'
import { Redis } from 'ioredis'
import { ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import { curl, makeStream } from './clients/curl.ts'
import { pidOf } from './server/processes.ts'
import type { Standalone } from './server/standalone.ts'
import { serverOfSuite } from './support/suite/server-of-suite.ts'

const uploads = 400
const objectBytes = 4_194_304
const unreadStreams = 100
/**
 * By which ingest may grow while 100 responses of one route are not read, and in all after one route after the other.
 * A whole wire log of the test is 2 MB, its event stream 12 MB.
 */
const maxGrowthMiB = 120
const maxGrowthInAllMiB = 240
/** Ends ingest where responses hold more, and makes V8 collect garbage that would count as growth. */
const heapLimit = { NODE_OPTIONS: '--max-old-space-size=160' }

/** What is asked for on each route that responds to GET. */
const pathOf: Readonly<Record<string, (upload: string) => string>> = {
  'GET /,/ui': () => '/',
  'GET /about': () => '/about',
  'GET /access': () => '/access',
  'GET /access/streams/:id': () => '/access/streams/1',
  'GET /access/tokens': () => '/access/tokens',
  'GET /certs': () => '/certs',
  'GET /certs/:hierarchy/:file': () => '/certs/server/root.pem?format=json',
  'GET /certs/device/crl.pem': () => '/certs/device/crl.pem',
  'GET /certs/device/:name/bundle.p12': () => '/certs/device/none/bundle.p12',
  'GET /compare': () => '/compare?a=1&b=1',
  'GET /devices': () => '/devices',
  'GET /devices/:fingerprint': () => `/devices/${'0'.repeat(64)}`,
  'GET /digests/:id': () => '/digests/1',
  'GET /docs': () => '/docs',
  'GET /docs/:file': () => '/docs/swagger-ui-bundle.js',
  'GET /events': () => '/events',
  'GET /expectations/:id': () => '/expectations/1',
  'GET /export/:id/:session.junit.xml': () => '/export/1/none.junit.xml',
  'GET /export/:id/:session.mp4': () => '/export/1/none.mp4',
  'GET /export/:id/:session.zip': () => '/export/1/none.zip',
  'GET /faults/:id': () => '/faults/1',
  'GET /findings': () => '/findings',
  'GET /har/:id': () => '/har/1',
  'GET /healthz': () => '/healthz',
  'GET /keylog/:id': () => '/keylog/1',
  'GET /openapi.json': () => '/openapi.json',
  'GET /play/:id/:session/:track/:init/init.mp4': (upload) => `/play/1/none/media/${upload}/init.mp4`,
  'GET /play/:id/:session/:track/:time.m4s': () => '/play/1/none/media/0.m4s',
  'GET /play/:id/:session/:track/media.m3u8': () => '/play/1/none/media/media.m3u8',
  'GET /play/:id/:session/main.m3u8': () => '/play/1/none/main.m3u8',
  'GET /play/:id/:session/manifest.mpd': () => '/play/1/none/manifest.mpd',
  'GET /probe/:id/*path': () => '/probe/1/f/0.m4s',
  'GET /probes': () => '/probes',
  'GET /readyz': () => '/readyz',
  'GET /refusals': () => '/refusals',
  'GET /retention': () => '/retention',
  'GET /sessions/:id': () => '/sessions/1',
  'GET /streams': () => '/streams',
  'GET /streams/:id': () => '/streams/1',
  'GET /streams/:id/*path': () => '/streams/1/large.mp4',
  'GET /streams/:id/events': () => '/streams/1/events',
  'GET /streams/:id/report': () => '/streams/1/report?format=junit',
  'GET /streams/:id/uploads': () => '/streams/1/uploads?limit=1000',
  'GET /streams/probe/:id/*path': () => '/streams/probe/1/f/0.m4s',
  'GET /time': () => '/time',
  'GET /tls-tests': () => '/tls-tests',
  'GET /ui/*path': () => '/ui/streams',
  'GET /ui/assets/*path': () => '/ui/assets/none/main.ts',
  'GET /uploads/:id/:upload': (upload) => `/uploads/1/${upload}`,
  'GET /uploads/:id/:upload/boxes': (upload) => `/uploads/1/${upload}/boxes`,
  'GET /uploads/:id/:upload/certificate': (upload) => `/uploads/1/${upload}/certificate`,
  'GET /uploads/:id/:upload/facts': (upload) => `/uploads/1/${upload}/facts`,
  'GET /uploads/:id/:upload/preview.mp4': (upload) => `/uploads/1/${upload}/preview.mp4`,
  'GET /uploads/:id/:upload/text': (upload) => `/uploads/1/${upload}/text`,
  'GET /webhooks': () => '/webhooks',
  'GET /webhooks/:id/deliveries': () => '/webhooks/none/deliveries',
  'GET /wait/:id': () => '/wait/1?until=first-upload',
}

/** Other forms of these routes that are as long as the stream. */
const furtherPaths: typeof pathOf = {
  'GET /streams/:id/report with evidence': () => '/streams/1/report?evidence=true',
}

describe('responses that are not read', function () {
  this.timeout(120_000)
  const serverOf = serverOfSuite([], heapLimit)
  const ingests = ingestSuite()
  let upload = ''
  let baselineMiB = 0
  before('fills the server', async () => {
    const server = serverOf()
    await makeStream(server)
    await using client = await openClient(server)
    const large = await client.put('/streams/1/large.mp4', Buffer.alloc(objectBytes))
    upload = large.upload_id
    for (let n = 0; n < uploads; n += 20)
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          client.put(`/streams/1/f/${n + i}.m4s`, Buffer.from('x'), headers),
        ),
      )
    await fillEvents(server)
    baselineMiB = await residentMiB(await pidOf(server.pid, 'ingest'), 'VmRSS')
  })

  it('are tried on every route', async () => {
    await using ingest = await ingests.start()
    deepEqual(
      ingest.routes.filter((route) => route.startsWith('GET ')),
      Object.keys(pathOf).sort(),
    )
  })

  it('show no credential, and say how many headers were left out', async () => {
    const { text, json } = await curl(serverOf(), '/streams/1/uploads?limit=50')
    ok(!text.includes('TOPSECRET'))
    const { sender } = json.uploads.at(-1)
    equal(new Map(sender.headers).get('authorization'), '(removed)')
    equal(sender.omitted_headers.count, 2)
    const journal = await readFile(join(serverOf().workingDirectory, 'journals/1/standalone.ndjson'), 'utf8')
    ok(!journal.includes('TOPSECRET'))
  })

  for (const [route, path] of Object.entries(pathOf)) costsLittle(route, path)

  it('cost little memory in all', async () => {
    const growth = (await residentMiB(await pidOf(serverOf().pid, 'ingest'), 'VmRSS')) - baselineMiB
    ok(growth < maxGrowthInAllMiB, `${growth.toFixed(0)} MiB`)
  })

  for (const [route, path] of Object.entries(furtherPaths)) costsLittle(route, path)

  function costsLittle(route: string, path: (typeof pathOf)[string]): void {
    it(`cost little memory on ${route}`, async () => {
      const server = serverOf()
      const pid = await pidOf(server.pid, 'ingest')
      // proc(5): the peak is counted anew.
      await writeFile(`/proc/${pid}/clear_refs`, '5')
      const before = await residentMiB(pid, 'VmRSS')
      await using client = await openClient(server, 0)
      const statuses = await client.openUnread(path(upload), { 'last-event-id': '0-0.0' })
      equal((await curl(server, '/healthz')).status, 200)
      const growth = (await residentMiB(pid, 'VmHWM')) - before
      const said = `${route}: ${growth.toFixed(0)} MiB, ${[...new Set(statuses)].sort().join(' ')}`
      if (process.env.SHOW_MEMORY) console.log(`        ${said}`)
      ok(growth < maxGrowthMiB, said)
      equal(await pidOf(server.pid, 'ingest'), pid)
    })
  }
})

/** 14 KB; the two large ones do not fit into the record. */
const headers = {
  authorization: 'Bearer TOPSECRET',
  cookie: 'sid=TOPSECRET',
  'x-fits': 'f'.repeat(3_000),
  'x-large-1': 'l'.repeat(5_000),
  'x-large-2': 'l'.repeat(5_000),
}

/** One HTTP/2 connection; with `windowSize` 0 the server may send no byte of a body. */
async function openClient(server: Standalone, windowSize?: number) {
  const ca = await readFile(server.rootCertificate)
  const settings = windowSize === undefined ? {} : { initialWindowSize: windowSize }
  const session: ClientHttp2Session = connect(server.url, { ca, settings })
  session.on('error', () => undefined)
  await once(session, 'connect')
  return {
    async put(path: string, body: Buffer, more: OutgoingHttpHeaders = {}) {
      const request = session.request({ ':method': 'PUT', ':path': path, ...more })
      request.end(body)
      const parts: Buffer[] = []
      for await (const bytes of request) parts.push(bytes)
      return JSON.parse(Buffer.concat(parts).toString())
    },
    /** The statuses of 100 responses of whose bodies nothing is read. */
    openUnread(path: string, more: OutgoingHttpHeaders): Promise<number[]> {
      return Promise.all(
        Array.from({ length: unreadStreams }, async () => {
          const request = session.request({ ':path': path, ...more }).on('error', () => undefined)
          const [response] = await once(request, 'response')
          return Number(response[':status'])
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      const closed = once(session, 'close')
      session.destroy()
      await closed
    },
  }
}

/** What many thousand uploads leave in the event stream. */
async function fillEvents(server: Standalone): Promise<void> {
  const sockets = await readFile(join(server.workingDirectory, 'standalone/sockets'), 'utf8')
  const redis = new Redis(join(sockets, 'redis.sock'))
  const event = { kind: 'upload-judged', stream: '1', path: 'p'.repeat(200), findings: [] }
  const json = JSON.stringify(Array(10).fill(event))
  const pipeline = redis.pipeline()
  for (let n = 0; n < 4_000; n++) pipeline.xadd(eventStream.key, '*', eventStream.field, json)
  await pipeline.exec()
  await redis.quit()
}

async function residentMiB(pid: number, label: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, kilobytes] = new RegExp(`^${label}:\\s+(\\d+) kB`, 'm').exec(status) ?? []
  return Number(kilobytes) / 1_024
}
