import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { eventStream } from '@pushav/shared/events.ts'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = Buffer.concat([styp('msdh'), chunk({ sequence: 1, at: 0 })])

interface Told {
  readonly id: string
  // biome-ignore lint/suspicious/noExplicitAny: events are looked into freely here
  readonly event: any
}

/** A browser's EventSource, as far as these tests need one. */
async function follow(ingest: Ingest, path: string, headers = {}) {
  const request = ingest.begin('GET', path, headers)
  request.end()
  const [response] = await once(request, 'response')
  equal(response.headers['content-type'], 'text/event-stream')
  const lines = createInterface({ input: response })[Symbol.asyncIterator]()
  return {
    /** Events up to and with the first of a kind. */
    async until(kind: string): Promise<Told[]> {
      const told: Told[] = []
      let id = ''
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        if (line.value.startsWith('id: ')) id = line.value.slice(4)
        if (line.value.startsWith('data: ')) told.push({ id, event: JSON.parse(line.value.slice(6)) })
        if (told.at(-1)?.event.kind === kind) return told
      }
      throw new Error(`the events ended without ${kind}`)
    },
    ended: once(response, 'close'),
    [Symbol.dispose]: () => request.destroy(),
  }
}

const kindsOf = (told: readonly Told[]) => told.map(({ event }) => event.kind)

describe('events', () => {
  const suite = ingestSuite()
  const requests: ClientRequest[] = []

  it('tell what happens to streams, uploads and sessions, in order', async () => {
    await using ingest = await suite.start()
    using events = await follow(ingest, '/events')
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.mp4', init)
    await ingest.send('DELETE', '/streams/1/v.mp4')
    await ingest.send('DELETE', '/streams/1')
    const told = await events.until('stream-deleted')
    deepEqual(kindsOf(told), [
      'stream-created',
      'upload-started',
      'upload-received',
      'upload-judged',
      'session-opened',
      'object-deleted',
      'stream-deleted',
    ])
    const judged = told.find(({ event }) => event.kind === 'upload-judged')?.event
    deepEqual([judged.path, judged.session, judged.track, judged.findings], ['v.mp4', 'none', 'v', []])
  })

  it('of one stream leave out the others', async () => {
    await using ingest = await suite.start()
    for (let i = 0; i < 2; i++) await ingest.send('POST', '/streams')
    using events = await follow(ingest, '/streams/2/events')
    await ingest.put('/streams/1/v.mp4', init)
    await ingest.put('/streams/2/w.mp4', init)
    const told = await events.until('session-opened')
    deepEqual([...new Set(told.map(({ event }) => event.stream))], ['2'])
    equal((await ingest.get('/streams/3/events')).status, 404)
  })

  it('reach those who watch another instance', async () => {
    await using one = await suite.start({ INSTANCE: 'one' })
    await using two = await suite.start({ INSTANCE: 'two' })
    using events = await follow(two, '/events')
    await one.send('POST', '/streams')
    deepEqual(kindsOf(await events.until('stream-created')), ['stream-created'])
  })

  it('go on after the last one that was seen', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using first = await follow(ingest, '/events')
    await ingest.put('/streams/1/v.mp4', init)
    const told = await first.until('session-opened')
    const started = told.find(({ event }) => event.kind === 'upload-started')
    using again = await follow(ingest, '/events', { 'last-event-id': started?.id })
    await ingest.put('/streams/1/v1.mp4', segment)
    const since = await again.until('upload-started')
    deepEqual(kindsOf(since), ['upload-received', 'upload-judged', 'session-opened', 'upload-started'])
  })

  it('tell of an upload that is cut off', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using events = await follow(ingest, '/events')
    const request = ingest.begin('PUT', '/streams/1/v.mp4', { 'content-length': '1000000' })
    request.on('error', () => undefined).write(init)
    await events.until('upload-started')
    request.destroy()
    const told = await events.until('upload-judged')
    deepEqual(kindsOf(told), ['upload-aborted', 'upload-judged'])
    deepEqual(told[1]?.event.findings, [{ code: 'body-incomplete', severity: 'error' }])
  })

  it('tell when silence ends a session', async () => {
    await using ingest = await suite.start({ SESSION_IDLE: '50ms' })
    await ingest.send('POST', '/streams')
    using events = await follow(ingest, '/events')
    await ingest.put('/streams/1/v.mp4', init)
    equal((await events.until('session-completed')).at(-1)?.event.session, 'none')
  })

  it('tell of refused handshakes when the proxy itself says so', async () => {
    await using ingest = await suite.start()
    using events = await follow(ingest, '/events')
    const refused = JSON.stringify({ address: '192.0.2.1', code: 'ERR_SSL', reason: 'no shared cipher' })
    const json = { 'content-type': 'application/json' }
    const post = (headers: object) => ingest.send('POST', '/events/handshake-refused', refused, headers)
    equal((await post(json)).status, 400)
    equal((await post({ ...json, 'x-proxy-event': '1' })).status, 204)
    match((await events.until('handshake-refused'))[0]?.event.reason, /no shared cipher/)
  })

  it('replay all that is stored, page by page, and go on with what happens then', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using earlier = await follow(ingest, '/streams/1/events', { 'last-event-id': '0-0.0' })
    await earlier.until('stream-created')
    await store(250, 40)
    using events = await follow(ingest, '/streams/1/events', { 'last-event-id': '0-0.0' })
    const told = await events.until('last')
    equal(told.filter(({ event }) => event.kind === 'stored').length, 250 * 40)
    await ingest.put('/streams/1/v.mp4', init)
    deepEqual(kindsOf(await events.until('upload-started')), ['upload-started'])
  })

  it('are replayed to a few at once, and to others when these have left', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await store(250, 100)
    const opened: IncomingMessage[] = []
    const replaying = await Promise.all(Array.from({ length: 8 }, () => begin('/events', '0-0.0')))
    const refused = await begin('/streams/1/events', '0-0.0')
    deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '1'])
    refused.resume()
    equal((await begin('/events')).statusCode, 200)
    const [left] = replaying
    left?.destroy()
    for (let status = 503; status !== 200; ) {
      const again = await begin('/events', '0-0.0')
      status = again.statusCode ?? 0
      again.destroy()
    }

    for (const response of opened) response.destroy()

    async function begin(path: string, after?: string): Promise<IncomingMessage> {
      const request = ingest.begin('GET', path, after === undefined ? {} : { 'last-event-id': after })
      request.on('error', () => undefined).end()
      const [response] = await once(request, 'response')
      opened.push(response.on('error', () => undefined))
      return response
    }
  })

  it('hold nothing for subscribers that leave before the response', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const early = Array.from({ length: 600 }, async (_, i) => {
      const request = ingest.begin(
        'GET',
        '/streams/1/events',
        i % 2 === 0 ? { 'last-event-id': '0-0.0' } : {},
      )
      const closed = new Promise((resolve) => request.on('error', () => undefined).once('close', resolve))
      request.end()
      await setTimeout(i % 4)
      request.destroy()
      await closed
    })
    await Promise.all(early)
    // What leaked would count against the limits of a connection and of replays.
    for (let id = 0; id < 20; id++) {
      const request = ingest.begin('GET', '/streams/1/events', id < 6 ? { 'last-event-id': '0-0.0' } : {})
      request.on('error', () => undefined).end()
      const [response] = await once(request, 'response')
      equal(response.statusCode, 200)
      requests.push(request)
    }
    for (const request of requests.splice(0)) request.destroy()
  })

  it('go to at most 32 subscribers of one connection', async () => {
    await using ingest = await suite.start()
    const statuses: number[] = []
    for (let i = 0; i < 33; i++) {
      const request = ingest.begin('GET', '/events')
      request.on('error', () => undefined).end()
      const [response] = await once(request, 'response')
      statuses.push(response.statusCode)
      requests.push(request)
    }
    for (const request of requests.splice(0)) request.destroy()
    deepEqual([...new Set(statuses.slice(0, 32)), statuses[32]], [200, 503])
  })

  /** Fills the event stream as thousands of uploads do; the last event is of the kind `last`. */
  async function store(entries: number, eventsOfEach: number): Promise<void> {
    const redis = new Redis(suite.redis().path)
    const event = { kind: 'stored', stream: '1', path: 'x'.repeat(300) }
    const pipeline = redis.pipeline()
    for (let i = 0; i < entries; i++)
      pipeline.xadd(eventStream.key, '*', eventStream.field, JSON.stringify(Array(eventsOfEach).fill(event)))
    pipeline.xadd(eventStream.key, '*', eventStream.field, JSON.stringify([{ ...event, kind: 'last' }]))
    await pipeline.exec()
    await redis.quit()
  }

  it('end with the server, so that nobody keeps it from stopping', async () => {
    const ingest = await suite.start()
    using events = await follow(ingest, '/events')
    await ingest[Symbol.asyncDispose]()
    await events.ended
  })
})
