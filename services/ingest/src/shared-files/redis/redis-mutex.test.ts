import { deepEqual, equal, rejects } from 'node:assert/strict'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { connectRedis } from '../../indexing/redis/connections.ts'
import { redisMutex } from './redis-mutex.ts'

describe('redisMutex', function () {
  this.timeout(20_000)
  let server: RedisServer
  before(async () => {
    server = await startRedisServer()
  })
  after(() => server[Symbol.asyncDispose]())

  it('runs tasks of a key one after the other, whichever machine they are of', async () => {
    const clients = [1, 2, 3].map(() => connectRedis(server.path, () => undefined))
    let acquired = 0
    let running = 0
    let most = 0
    const machines = clients.map((client) => redisMutex(client, onAcquired))
    function onAcquired(): void {
      acquired += 1
    }
    const task = async () => {
      running += 1
      most = Math.max(most, running)
      await clients[0]?.ping()
      running -= 1
    }
    await Promise.all([...machines, ...machines].map((run) => run('a', task)))
    deepEqual([most, acquired], [1, 6])
    for (const client of clients) client.disconnect()
  })

  it('lets go where a task fails, and holds up no other key', async () => {
    const client = connectRedis(server.path, () => undefined)
    const run = redisMutex(client, () => undefined)
    await rejects(
      run('a', async () => {
        throw new Error('failed')
      }),
      /failed/,
    )
    const inner = run('a', () => run('b', async () => 'both'))
    equal(await inner, 'both')
    client.disconnect()
  })
})
