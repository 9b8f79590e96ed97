import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import type { ClientRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { expectations as schema } from '@pushav/shared/api/expectations.ts'
import { ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import type { StreamNow } from '../events/states/stream-state-source.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { expectationsOf } from './http/expectations-json.ts'
import { waitForWith } from './wait-for.ts'

const json = { 'content-type': 'application/json' }
const init = Buffer.concat([ftyp, moov()])
const silence = { SESSION_IDLE: '50ms' }

describe('waits that one change wakes', () => {
  it('share what is read, and read anew after the next', async () => {
    const changes = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const now: StreamNow = {
      summary: null,
      isIndexAway: false,
      isDeleted: false,
      inFlight: [],
      sessions: [],
      rows: [],
      probed: new Map(),
    }
    let reads = 0
    const waitFor = waitForWith({
      states: {
        async *stream() {
          for (const { promise } of changes) {
            await promise
            yield now
          }
        },
      },
      streams: { assertExists: async () => {}, summary: unused, sessionViewsOf: unused },
      index: { log: unused, sessions: unused },
      expectations: {
        async judge() {
          reads += 1
          const verdict = { state: reads === 1 ? 'pending' : 'pass', reasons: [], more: 0 } as const
          return { expectations: expectationsOf(schema.parse({})), verdict, nextChangeMs: null }
        },
      },
    })
    const { signal } = new AbortController()
    const waits = Array.from({ length: 100 }, () => waitFor('1', 'expectations', 10_000, signal))
    for (const { resolve } of changes) {
      resolve()
      // In the first turn the change wakes the waits; after the second their reads are over.
      for (let turn = 0; turn < 2; turn++) await setImmediate()
    }
    const outcomes = await Promise.all(waits)
    deepEqual([new Set(outcomes.map((outcome) => outcome?.verdict?.state)), reads], [new Set(['pass']), 2])
  })

  const unused = (): never => {
    throw new Error('nothing else is read')
  }
})

describe('a wait', () => {
  const suite = ingestSuite()

  it('ends with the first upload, at once when it is there', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const waiting = responseTo(await begin(ingest, '/wait/1?until=first-upload'))
    await ingest.put('/streams/1/v.mp4', init)
    const first = await waiting
    deepEqual([first.status, first.json.upload.path], [200, 'v.mp4'])
    await ingest.put('/streams/1/w.mp4', init)
    deepEqual((await ingest.get('/wait/1?until=first-upload&timeout=0')).json.upload, first.json.upload)
  })

  it('sees what happens on another instance', async () => {
    await using one = await suite.start({ INSTANCE: 'one' })
    await using two = await suite.start({ INSTANCE: 'two' })
    await one.send('POST', '/streams')
    const waiting = responseTo(await begin(two, '/wait/1?until=first-upload'))
    await one.put('/streams/1/v.mp4', init)
    equal((await waiting).json.upload.path, 'v.mp4')
  })

  it('ends with the first complete session', async () => {
    await using ingest = await suite.start(silence)
    await ingest.send('POST', '/streams')
    const waiting = responseTo(await begin(ingest, '/wait/1?until=session-complete'))
    await ingest.put('/streams/1/v.mp4', init)
    const { status, json } = await waiting
    deepEqual([status, json.session.key, json.session.phase], [200, 'none', 'silent'])
  })

  it('ends when expectations that it waits for are set anew', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.send('PUT', '/expectations/1', '{}', json)
    const waiting = responseTo(await begin(ingest, '/wait/1?until=expectations'))
    await ingest.send('PUT', '/expectations/1', '{"sessions":{"min":0}}', json)
    equal((await waiting).json.verdict.state, 'pass')
  })

  it('times out with 408, which says what is there and what is to come', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.send('PUT', '/expectations/1', '{}', json)
    for (const until of ['first-upload', 'session-complete', 'expectations']) {
      const { status, json } = await ingest.get(`/wait/1?until=${until}&timeout=0.05`)
      deepEqual([status, json.code], [408, 'wait-timeout'])
      equal(json.detail, `waited 0.05 s for ${until}; the stream has 0 uploads and 0 sessions`)
      equal(json.verdict?.state, until === 'expectations' ? 'pending' : undefined)
    }
  })

  it('fails a start that has become late by its end', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.send('PUT', '/expectations/1', '{"latest_start":0.3}', json)
    const { json: late } = await ingest.get('/wait/1?until=expectations&timeout=0.5')
    equal(late.verdict.reasons[0].about, 'latest_start')
  })

  it('ends with the stream', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const waiting = responseTo(await begin(ingest, '/wait/1?until=first-upload'))
    await ingest.send('DELETE', '/streams/1')
    deepEqual(codeOf(await waiting), [404, 'stream-unknown'])
  })

  it('is refused where it makes no sense', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    deepEqual(codeOf(await ingest.get('/wait/2?until=first-upload')), [404, 'stream-unknown'])
    for (const query of [
      '',
      '?until=never',
      '?until=first-upload&timeout=121',
      '?until=first-upload&timeout=-1',
    ])
      deepEqual(codeOf(await ingest.get(`/wait/1${query}`)), [400, 'request-malformed'], query)
    const unset = await ingest.get('/wait/1?until=expectations')
    match(unset.json.detail, /nothing is expected of stream 1; PUT \/expectations\/1 sets it/)
    deepEqual(codeOf(await ingest.send('POST', '/wait/1')), [405, 'method-unsupported'])
  })

  it('is one of 32 on a connection, and makes room for another when its client leaves', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const path = '/wait/1?until=first-upload'
    const waiting: ClientRequest[] = []
    for (let n = 0; n < 32; n++) waiting.push(await begin(ingest, path))
    const refused = await ingest.get(`${path}&timeout=0`)
    deepEqual(codeOf(refused), [503, 'busy'])
    match(refused.json.detail, /too many waits at once: 32 on one connection/)
    waiting.shift()?.destroy()
    // There is room as soon as ingest has noticed that the client left.
    let { status } = refused
    while (status === 503) status = (await ingest.get(`${path}&timeout=0`)).status
    equal(status, 408)
    const ended = waiting.map(responseTo)
    await ingest.put('/streams/1/v.mp4', init)
    for (const one of ended) equal((await one).status, 200)
  })

  it('ends with the server', async () => {
    const ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const waiting = responseTo(await begin(ingest, '/wait/1?until=first-upload'))
    await ingest[Symbol.asyncDispose]()
    deepEqual(codeOf(await waiting), [503, 'unavailable'])
  })

  it('goes on when Redis is away for a while', async function () {
    this.timeout(20_000)
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const waiting = responseTo(await begin(ingest, '/wait/1?until=first-upload'))
    await suite.redis().kill()
    await ingest.put('/streams/1/v.mp4', init)
    await suite.redis().start()
    equal((await waiting).json.upload.path, 'v.mp4')
  })

  /** A wait that ingest has received: it has responded to a later request. */
  async function begin(ingest: Ingest, path: string): Promise<ClientRequest> {
    const request = ingest.begin('GET', path)
    request.on('error', () => undefined).end()
    await once(request, 'finish')
    equal((await ingest.get('/healthz')).status, 200)
    return request
  }

  async function responseTo(request: ClientRequest) {
    const [response] = await once(request, 'response')
    return { status: response.statusCode, json: JSON.parse(await text(response)) }
  }

  const codeOf = ({ status, json }: { status: number; json: { code: string } }) => [status, json.code]
})
