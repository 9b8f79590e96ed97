import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { ServerEvent } from '@pushav/shared/events.ts'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { redisEventBus } from './redis-event-stream.ts'

const eventOf = (stream: string): ServerEvent => ({
  ...{ kind: 'stream-created', stream, at: new Date(0).toISOString(), interface: 'dash' },
})

describe('a listener on the event bus', () => {
  let redis: RedisServer
  before(async () => {
    redis = await startRedisServer()
  })
  after(() => redis[Symbol.asyncDispose]())

  /** The bus of one process, and what a listener on it has heard. */
  async function openBus() {
    await using built = new AsyncDisposableStack()
    const connect = () =>
      built.adopt(new Redis(redis.path, { retryStrategy: null, commandTimeout: 10_000 }), async (client) =>
        client.disconnect(),
      )
    const bus = built.use(redisEventBus(connect(), connect(), () => undefined))
    const running = built.move()
    return { bus, [Symbol.asyncDispose]: () => running.disposeAsync() }
  }

  async function listenTo({ bus }: Awaited<ReturnType<typeof openBus>>, signal: AbortSignal) {
    const heard: string[] = []
    const { promise: listening, resolve } = Promise.withResolvers<void>()
    const ended = bus.listen((event) => 'stream' in event && heard.push(event.stream), resolve, signal)
    await Promise.race([listening, ended])
    return { heard, ended }
  }

  it('hears each event once: its own at once, those of others as they come', async () => {
    await using one = await openBus()
    await using other = await openBus()
    const leaving = new AbortController()
    const { heard, ended } = await listenTo(one, leaving.signal)
    one.bus.publish(eventOf('own'))
    deepEqual(heard, ['own'])
    other.bus.publish(eventOf('other'))
    await until('the event of the other', async () => heard.includes('other'))
    // What this process wrote was read before what it hears now.
    other.bus.publish(eventOf('last'))
    await until('a later event', async () => heard.includes('last'))
    deepEqual(heard, ['own', 'other', 'last'])
    leaving.abort()
    await ended
    one.bus.publish(eventOf('late'))
    equal(heard.includes('late'), false)
  })

  it('leaves subscribers all events, also its own', async () => {
    await using one = await openBus()
    const leaving = new AbortController()
    await listenTo(one, leaving.signal)
    const subscription = await one.bus.subscribe(null, leaving.signal)
    one.bus.publish(eventOf('own'))
    for await (const { event } of subscription) {
      equal('stream' in event && event.stream, 'own')
      break
    }
    leaving.abort()
  })

  it('is told to begin anew when Redis is lost, and refused while it is away', async () => {
    await using own = await startRedisServer()
    const connect = () => new Redis(own.path, { retryStrategy: null, maxRetriesPerRequest: 0 })
    const [client, blocking] = [connect(), connect()]
    for (const one of [client, blocking]) one.on('error', () => undefined)
    await using bus = redisEventBus(client, blocking, () => undefined)
    const { promise: listening, resolve } = Promise.withResolvers<void>()
    const ended = bus.listen(() => undefined, resolve, new AbortController().signal)
    await listening
    // Not `once` of node:events, which rejects when the connection is reset.
    const closed = new Promise((resolve) => blocking.once('end', resolve))
    await own.kill()
    await ended
    await closed
    await rejects(bus.listen(() => undefined, resolve, new AbortController().signal))
  })
})
