import { deepEqual, equal, ok } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { connectBlocking, connectRedis } from '../../indexing/redis/connections.ts'
import { createWebhookNotifier } from '../notify-webhooks.ts'
import type { Attempt, Delivery } from '../ports.ts'
import type { Webhook, WebhookEvent } from '../webhook.ts'
import { createDeliveryQueues } from './delivery-queues.ts'

const log = createLogger('test', 'fatal')
const delivered: Attempt = { outcome: 'delivered', status: 200, detail: 'delivered', durationMs: 1 }
const webhook: Webhook = {
  ...{ id: '01a22343-98e3-702b-a5b1-b4dc3fa6f0f7', url: 'https://x.example/', secret: '', createdAt: '' },
  ...{ events: ['session-completed', 'handshake-refused'], stream: null },
}
const refusedAt = (address: string): WebhookEvent => ({
  ...{ kind: 'handshake-refused', at: '2026-11-28T10:00:00.000Z', address, code: 'X', reason: 'Y' },
})

describe('the queues of deliveries', function () {
  this.timeout(60_000)
  let redis: RedisServer

  before(async () => {
    redis = await startRedisServer()
  })
  after(() => redis[Symbol.asyncDispose]())

  it('take 10 000 events at once, each once, send two at a time, and refuse more than 20 000', async () => {
    let [running, most, sent] = [0, 0, 0]
    const held = Promise.withResolvers<Attempt>()
    await using opened = open(async () => {
      running += 1
      sent += 1
      most = Math.max(most, running)
      const attempt = await held.promise
      running -= 1
      return attempt
    })
    const { queues, notifier } = opened
    const count = 10_000
    const events = Array.from({ length: count }, (_, n) => refusedAt(`198.51.${n >> 8}.${n & 255}`))
    for (const event of [...events, ...events]) notifier.onEvent(event)
    await until('all are queued', async () => (await queues.waiting(webhook.id)) === count)
    // The same once more, as another process would find them.
    for (const event of events.slice(0, 1_000)) notifier.onEvent(event)
    notifier.onEvent(refusedAt('192.0.2.1'))
    await until('one more is queued', async () => (await queues.waiting(webhook.id)) === count + 1)
    await until('two are being sent', async () => running === 2)
    held.resolve(delivered)
    await until('others follow', async () => sent >= 10)
    equal(most, 2)
    equal((await queues.newest(webhook.id, 200)).length, 200)
    const room = 20_000 - (await queues.waiting(webhook.id))
    const more = Array.from({ length: room + 300 }, (_, n) => testDelivery(`d${n}`))
    // A few are delivered meanwhile.
    const refused = await queues.enqueue(webhook.id, more)
    ok(refused > 0 && refused <= 300, `${refused} were refused`)
    await queues.remove(webhook.id)
    equal(await queues.waiting(webhook.id), 0)
  })

  it('leave an attempt that is cut off to the next process, and count it as none', async () => {
    const begun = Promise.withResolvers<void>()
    {
      await using first = open((_id, _delivery, signal) => {
        begun.resolve()
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      })
      first.notifier.onEvent(refusedAt('192.0.2.1'))
      await begun.promise
    }
    await using second = open(async () => delivered)
    const [listed] = await until('it is delivered', async () => {
      const newest = await second.queues.newest(webhook.id, 1)
      return newest[0]?.state === 'delivered' && newest
    })
    deepEqual([listed?.attempts, listed?.attempt?.status], [1, 200])
  })

  it('say nothing of a session that has not ended by what others received', async () => {
    const sessions: string[] = []
    await using opened = open(async (_id, { body }) => {
      sessions.push(JSON.parse(body).session)
      return delivered
    })
    for (const session of ['open', 'silent', 'silent'])
      opened.notifier.onEvent({
        kind: 'session-completed',
        stream: '1',
        at: '2026-11-28T10:00:00.000Z',
        session,
      })
    await until('one is sent', async () => sessions.length > 0)
    deepEqual(sessions, ['silent'])
  })

  const testDelivery = (id: string): Delivery => ({ id, event: 'webhook-test', stream: null, body: '{}' })

  function open(deliver: Parameters<typeof createDeliveryQueues>[0]['deliver']) {
    const onError = () => undefined
    const [connection, workerConnection] = [
      connectRedis(redis.path, onError),
      connectBlocking(redis.path, onError),
    ]
    const queues = createDeliveryQueues({ connection, workerConnection, deliver, retryMs: 20, onError })
    const notifier = createWebhookNotifier()
    notifier.start({
      ...{ files: { list: async () => [webhook] }, queues, linksFor: () => ({}), log },
      findMissedEnds: async () => undefined,
      streams: {
        sessionViewsOf: async (_stream, [session]) => {
          ok(session)
          return [{ phase: session, lastObjectMs: 1 } as never]
        },
      },
    })
    return {
      ...{ queues, notifier },
      async [Symbol.asyncDispose]() {
        await notifier[Symbol.asyncDispose]()
        await queues[Symbol.asyncDispose]()
        connection.disconnect()
        workerConnection.disconnect()
      },
    }
  }
})
