import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { eventStream } from '@pushav/shared/events.ts'
import { ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const jsonType = { 'content-type': 'application/json' }
const init = Buffer.concat([ftyp, moov()])
const oneSession = '{"max_errors":100}'
const noSessionNeeded = '{"sessions":{"min":0},"max_errors":100}'
const statesKey = '{pushav}:expectation-verdicts'

describe('events on what is expected of a stream', () => {
  const suite = ingestSuite()

  it('come once when the verdict becomes pass, and when it becomes fail', async () => {
    await using ingest = await suite.start()
    const next = await follow(ingest, '/events')
    await ingest.send('POST', '/streams')
    await expectOf(ingest, '1', noSessionNeeded)
    const met = await next()
    deepEqual([met.kind, met.stream, met.reasons], ['expectations-met', '1', []])
    await expectOf(ingest, '1', '{"sessions":{"min":0},"max_errors":0}')
    equal((await next()).kind, 'expectations-met')
    await ingest.put('/streams/1/session_1/x.unknown', 'no media')
    const failed = await next()
    deepEqual([failed.kind, failed.reasons[0].about], ['expectations-failed', 'max_errors'])
    match(failed.reasons[0].message, /expected at most 0 findings of severity error, received/)
  })

  it('come on the events of the stream', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const next = await follow(ingest, '/streams/1/events')
    await expectOf(ingest, '1', noSessionNeeded)
    equal((await next()).kind, 'expectations-met')
  })

  it('come when a device falls silent, and when a start has become late', async () => {
    await using ingest = await suite.start({ SESSION_IDLE: '50ms' })
    const next = await follow(ingest, '/events')
    await ingest.send('POST', '/streams')
    await ingest.send('POST', '/streams')
    await expectOf(ingest, '1', oneSession)
    await ingest.put('/streams/1/v.mp4', init)
    equal((await next()).kind, 'expectations-met')
    await expectOf(ingest, '2', '{"latest_start":0}')
    const late = await next()
    deepEqual([late.kind, late.stream, late.reasons[0].about], ['expectations-failed', '2', 'latest_start'])
  })

  it('come once, although two processes see the change', async () => {
    await using one = await suite.start({ INSTANCE: 'one' })
    await using two = await suite.start({ INSTANCE: 'two' })
    await one.send('POST', '/streams')
    await expectOf(one, '1', '{"sessions":{"min":1},"max_errors":0}')
    const bad = '/streams/1/session_1/x.unknown'
    const next = await follow(one, '/events')
    await Promise.all([one.put(bad, 'no media'), two.put(bad, 'no media')])
    equal((await next()).kind, 'expectations-failed')
    // Set anew, so that this event is later than any second one of the first change.
    await expectOf(one, '1', noSessionNeeded)
    equal((await next()).kind, 'expectations-met')
  })

  it('come after a restart for what was pending when the process ended', async () => {
    {
      await using before = await suite.start()
      await before.send('POST', '/streams')
      const next = await follow(before, '/events')
      await expectOf(before, '1', noSessionNeeded)
      equal((await next()).kind, 'expectations-met')
    }
    await using redis = connect(suite.redis().path)
    await redis.client.hset(statesKey, '1', 'pending')
    await redis.client.del(eventStream.key)
    await using after = await suite.start()
    const next = await follow(after, '/events', '0-0.0')
    equal((await next()).kind, 'expectations-met')
  })

  it('leave nothing in Redis for a stream of which nothing is expected, and after a stream is deleted', async () => {
    await using ingest = await suite.start()
    await using redis = connect(suite.redis().path)
    const next = await follow(ingest, '/events')
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.mp4', init)
    await ingest.send('POST', '/streams')
    await expectOf(ingest, '2', noSessionNeeded)
    equal((await next()).stream, '2')
    deepEqual(await redis.client.hgetall(statesKey), { 2: 'pass' })
    await ingest.send('DELETE', '/streams/2')
    await until('no verdict is left', async () => (await redis.client.exists(statesKey)) === 0)
  })
})

const connect = (path: string) => {
  const client = new Redis(path)
  return { client, [Symbol.asyncDispose]: async () => void (await client.quit()) }
}

async function expectOf(ingest: Ingest, id: string, wanted: string): Promise<void> {
  equal((await ingest.send('PUT', `/expectations/${id}`, wanted, jsonType)).status, 200)
}

/** The events on expectations, one after the other, from now on or after an id. */
async function follow(ingest: Ingest, path: string, after?: string) {
  const headers = after === undefined ? {} : { 'last-event-id': after }
  const request = ingest.begin('GET', path, headers).end()
  request.on('error', () => undefined)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const lines = createInterface({ input: response })[Symbol.asyncIterator]()
  return async function next() {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the events have ended')
      if (!value.startsWith('data: ')) continue
      const event = JSON.parse(value.slice('data: '.length))
      if (/^expectations-(met|failed)$/.test(event.kind)) return event
    }
  }
}
