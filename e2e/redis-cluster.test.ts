import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { openRedis, whenReady } from '@pushav/shared/redis/client.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import { startWorkerProcess } from '../services/probe/src/testing/worker-process.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { apiContents, continuousStreams, listenTo, reindex } from './support/topology/continuous-streams.ts'
import { type RedisCluster, startRedisCluster } from './support/topology/redis-cluster.ts'

/** They lie on all three servers of the Cluster, the first beside the queue. */
const streams = ['1', '2', '3', '4']

describe('on a Redis Cluster', function () {
  this.timeout(60_000)
  const suite = ingestSuite()
  const media = mediaOfSuite()
  let cluster: RedisCluster
  before(async () => {
    cluster = await startRedisCluster()
  })
  after(() => cluster?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    for (const { ask } of cluster.nodes) await ask('flushall')
  })

  const start = (REDIS_URL = cluster.url) => suite.start({ REDIS_URL, SESSION_IDLE: '1h' })
  const work = (REDIS_URL = cluster.url) =>
    startWorkerProcess({ REDIS_URL, WORKING_DIRECTORY: suite.path(), TMPDIR: suite.path() })

  it('is asked for its nodes by a timer that keeps no process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    // By then mocha has started its own.
    await nextTurn()
    const before = timers()
    const redis = openRedis(cluster.url, { waitsForReconnect: false }, () => undefined)
    try {
      await whenReady(redis)
      await until('only timers that keep no process alive', async () => timers() <= before, 5_000)
    } finally {
      redis.disconnect()
    }
  })

  it('gives the answers of a single Redis', async () => {
    const answers = await (async () => {
      await using ingest = await start()
      await using _worker = await work()
      using events = await listenTo(ingest)
      const fed = continuousStreams(ingest, streams, media())
      await fed.create()
      for (let i = 0; i < 2; i++) await fed.feed()
      await fed.untilThrough()
      await until('the last event', async () => events.kinds.has('upload-probed'))
      deepEqual(
        ['stream-created', 'upload-received', 'upload-judged', 'session-opened'].filter(
          (k) => !events.kinds.has(k),
        ),
        [],
      )
      equal(new Set(await Promise.all(streams.map((id) => cluster.holderOf(`{stream:${id}}:log`)))).size, 3)
      return await apiContents(ingest)
    })()
    await using ingest = await start(suite.redis().path)
    await using _worker = await work(suite.redis().path)
    await until('the same answers', async () => {
      return isDeepStrictEqual(await apiContents(ingest), answers)
    }).catch(async () => deepEqual(await apiContents(ingest), answers))
  })

  it('holds the queue of a webhook, and verdicts on what is expected', async () => {
    await using target = await startTarget()
    await using ingest = await suite.start({ REDIS_URL: cluster.url, WEBHOOK_ALLOW_PRIVATE: 'true' })
    const { json } = await ingest.send('POST', '/webhooks', JSON.stringify({ url: target.url }))
    for (const stream of streams) {
      await ingest.send('POST', '/streams')
      await ingest.send('PUT', `/expectations/${stream}`, '{"sessions":{"min":0}}')
    }
    await until('an event for each stream', async () => target.streams.size === streams.length)
    const path = `/webhooks/${json.id}/deliveries`
    await until('all count as delivered', async () => {
      const { deliveries } = (await ingest.get(path)).json
      return (
        deliveries.filter(({ state }: { state: string }) => state === 'delivered').length === streams.length
      )
    })
    equal((await ingest.send('DELETE', `/webhooks/${json.id}`)).status, 200)
  })

  it('is emptied and indexed again', async () => {
    await using rig = await fedRig()
    const { ingest, fed } = rig
    const answers = await apiContents(ingest)
    for (const { ask } of cluster.nodes) await ask('flushall')
    await reindex({ REDIS_URL: cluster.url, WORKING_DIRECTORY: suite.path() })
    await fed.untilThrough()
    deepEqual(await apiContents(ingest), answers)
  })

  it('keeps nothing of a stream that is deleted, and all of the others', async () => {
    await using rig = await fedRig()
    const { ingest } = rig
    equal((await ingest.send('DELETE', '/streams/4')).status, 200)
    const left = await Promise.all(cluster.nodes.map(({ ask }) => ask('keys', '{stream:*')))
    const tags = left.join('\n').match(/\{stream:\d+\}/g)
    deepEqual([...new Set(tags)].sort(), ['{stream:1}', '{stream:2}', '{stream:3}'])
  })

  it('answers every upload while a server is away, and has judged and probed all when it is back', async () => {
    await using rig = await fedRig()
    const { ingest, fed } = rig
    const { server } = await cluster.holderOf('{stream:1}:log')
    await server.kill()
    await fed.feed()
    equal((await ingest.get('/readyz')).status, 503)
    await cluster.untilState('fail')
    await fed.feed()
    await server.start()
    await cluster.untilState('ok')
    await fed.feed()
    await fed.untilThrough()
    equal((await ingest.get('/readyz')).status, 200)
  })

  it('indexes again what a server held that comes back empty, without a further upload', async () => {
    await using rig = await fedRig()
    const { ingest, fed } = rig
    const answers = await apiContents(ingest)
    const { server, ask } = await cluster.holderOf('{stream:4}:log')
    await server.kill()
    await rm(join(server.directory, 'appendonlydir'), { recursive: true })
    await server.start()
    ok(!(await ask('keys', '*')).includes('stream:4'))
    await cluster.untilState('ok')
    await fed.untilThrough()
    deepEqual(await apiContents(ingest), answers)
  })

  // The last one: the server that it cuts off stays so.
  it('goes on with the replica of a server that is cut off without a word', async () => {
    await using rig = await fedRig()
    const { fed } = rig
    const node = await cluster.holderOf('{stream:1}:log')
    const replica = await cluster.addReplicaOf(node)
    node.server.freeze()
    await fed.feed()
    await until('the failover', async () => (await replica.ask('role')).startsWith('master'))
    await fed.feed()
    await fed.untilThrough()
  })

  /** Ingest and a probe worker that are through with some uploads to all streams. */
  async function fedRig() {
    await using built = new AsyncDisposableStack()
    const ingest = built.use(await start())
    built.use(await work())
    const fed = continuousStreams(ingest, streams, media())
    await fed.create()
    await fed.feed()
    await fed.untilThrough()
    const running = built.move()
    return { ingest, fed, [Symbol.asyncDispose]: () => running.disposeAsync() }
  }
})

/** A target of webhooks, and the streams whose events it got. */
async function startTarget() {
  const streams = new Set<string>()
  const server = createServer(async (request, response) => {
    const { stream } = JSON.parse(await text(request))
    streams.add(stream)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...{ streams, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
