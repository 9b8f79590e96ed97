import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { connectRedis } from '../indexing/redis/connections.ts'
import { newId } from '../lib/new-id.ts'
import type { FaultSelection, UploadHead } from './fault-rule.ts'
import type { FaultRequest } from './make-rules.ts'
import { redisFaultStore } from './redis/fault-store.ts'
import { type Faults, startFaults } from './start-faults.ts'

const any: FaultSelection = {
  ...{ path: null, session: null, track: null, kind: null },
  ...{ nth: null, every: null, probability: null, seed: 0 },
}
const head: UploadHead = {
  ...{ path: 'video/1.m4s', session: 'none', track: 'video', kind: 'segment' },
  ...{ httpVersion: '1.1', otherConnections: 0, certificate: null },
}
const requestFor = (when: Partial<FaultSelection>, maxHits: number | null = null): FaultRequest => ({
  ...{ when: { ...any, ...when }, fromMs: null, untilMs: null, maxHits },
  fault: { kind: 'status', status: 500, at: 'end', retryAfter: null },
})

describe('fault rules of several ingest processes', function () {
  this.timeout(20_000)
  let redis: RedisServer
  let one: Faults
  let other: Faults
  const built = new AsyncDisposableStack()
  before(async () => {
    redis = built.use(await startRedisServer())
    one = await startProcess()
    other = await startProcess()
  })
  after(() => built.disposeAsync())

  /** What one process does; each has a connection of its own. */
  async function startProcess(): Promise<Faults> {
    const client = built.adopt(
      connectRedis(redis.path, () => undefined),
      (opened) => opened.disconnect(),
    )
    const store = redisFaultStore(client)
    const log = createLogger('test', 'silent')
    return built.use(await startFaults({ store, newId, now: () => new Date(), log, intervalMs: 20 }))
  }

  it('are seen by all, also by one that starts later, until they are removed', async () => {
    const [rule] = await one.make('1', [requestFor({})], null)
    equal(one.hasRules('1'), true)
    await until('the other process sees the rule', async () => other.hasRules('1'))
    equal((await other.hit('1', head))?.id, rule?.id)
    equal((await startProcess()).hasRules('1'), true)
    equal(other.hasRules('2'), false)
    deepEqual(await other.remove('1', null), [rule?.id])
    await until('the first process sees that', async () => !one.hasRules('1'))
    equal(await one.hit('1', head), null)
  })

  it('count uploads of all processes together', async () => {
    const [rule] = await one.make('3', [requestFor({ nth: 3 })], null)
    await until('the other process sees the rule', async () => other.hasRules('3'))
    const hits = []
    for (const process of [one, other, one, other]) hits.push((await process.hit('3', head))?.id ?? null)
    deepEqual(hits, [null, null, rule?.id, null])
    deepEqual(
      (await one.list('3')).map(({ matched, hits }) => ({ matched, hits })),
      [{ matched: 4, hits: 1 }],
    )
  })

  it('hit no more than max_hits uploads, however many come at once', async () => {
    await one.make('4', [requestFor({}, 5)], null)
    await until('the other process sees the rule', async () => other.hasRules('4'))
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? one : other).hit('4', head)),
    )
    equal(all.filter(Boolean).length, 5)
  })

  it('are carried out in the order in which they were made, the first that hits', async () => {
    const [first, second] = await one.make('5', [requestFor({ track: 'video' }, 1), requestFor({})], null)
    const hits = [await one.hit('5', head), await one.hit('5', head)]
    deepEqual(
      hits.map((rule) => rule?.id),
      [first?.id, second?.id],
    )
  })

  it('let the certificate of the chosen upload expire, for all processes and no other certificate', async () => {
    const nth = requestFor({ kind: 'segment', nth: 2 })
    const [rule] = await one.make('8', [{ ...nth, fault: { kind: 'certificate-expired' } }], null)
    await until('the other process sees the rule', async () => other.hasRules('8'))
    const sent = [
      [one, { certificate: 'a' }],
      [one, { certificate: 'a', kind: 'init' }],
      [one, { certificate: null }],
      [one, { certificate: 'a' }],
      [other, { certificate: 'a', kind: 'init' }],
      [other, { certificate: 'b' }],
      [other, { certificate: null }],
      [one, { certificate: 'a' }],
    ] as const
    const hits = []
    for (const [process, part] of sent) hits.push((await process.hit('8', { ...head, ...part })) !== null)
    deepEqual(hits, [false, false, false, true, true, false, false, true])
    equal((await one.list('8'))[0]?.hits, 3)
    deepEqual(await one.remove('8', null), [rule?.id])
  })

  it('let one certificate expire although several come at once', async () => {
    await one.make('9', [{ ...requestFor({}), fault: { kind: 'certificate-expired' } }], null)
    await until('the other process sees the rule', async () => other.hasRules('9'))
    const hits = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? one : other).hit('9', { ...head, certificate: i % 2 === 0 ? 'a' : 'b' }),
      ),
    )
    const hit = new Set(hits.flatMap((rule, i) => (rule ? [i % 2] : [])))
    equal(hit.size, 1)
  })

  it('are refused when a stream has too many, and go with the stream', async () => {
    await one.make(
      '6',
      Array.from({ length: 32 }, () => requestFor({})),
      null,
    )
    await rejects(one.make('6', [requestFor({})], null), /may have 32 fault rules/)
    one.forget('6')
    await until('the other process sees that', async () => (await other.list('6')).length === 0)
  })

  it('hit nothing while Redis does not respond', async () => {
    await one.make('7', [requestFor({})], null)
    await redis.kill()
    equal(await one.hit('7', head), null)
    await redis.start()
    await until('rules hit again', async () => (await one.hit('7', head)) !== null)
  })
})
