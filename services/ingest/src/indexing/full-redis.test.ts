import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { freeBytesIn } from '../retention/disk/free-bytes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { skipUnlessRoot, smallDisk } from '../testing/virtual-disk.ts'

/** An upload is stored and has no verdict, reading works, and what cannot be written is 503 in words or stored. */
async function pushToFull(ingest: Ingest): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const { status, json } = await ingest.put(`/streams/1/full/${i}`, 'some bytes')
    deepEqual([status, json.verdict], [202, 'pending'])
  }
  equal((await ingest.get('/streams/1/full/0')).text, 'some bytes')
  equal((await ingest.get('/streams/1/uploads')).status, 200)
  const created = await ingest.send('POST', '/streams')
  ok([201, 503].includes(created.status), `${created.status}`)
  if (created.status === 503) match(created.json.detail, /Redis/)
}

/** All of it has come into the index, in order. */
async function caughtUp(ingest: Ingest): Promise<void> {
  const paths = await until('the index has caught up', async () => {
    const { json } = await ingest.get('/streams/1/uploads')
    return json?.uploads?.length === 4 && json.uploads.map(({ path }: { path: string }) => path)
  })
  deepEqual(paths, ['before', 'full/0', 'full/1', 'full/2'])
  deepEqual((await ingest.put('/streams/1/after', 'some bytes')).json.verdict, undefined)
}

const withMemoryAgain = (redis: Redis): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    await redis.config('SET', 'maxmemory', '0')
    await redis.quit()
  },
})

describe('a Redis that is full', () => {
  const suite = ingestSuite()
  const settings = { VERDICT_WAIT: '200ms' }

  it('costs no upload where its memory is used up, and is caught up with once there is some', async () => {
    await using ingest = await suite.start(settings)
    const redis = new Redis(suite.redis().path)
    await using _ = { [Symbol.asyncDispose]: async () => void (await redis.quit()) }
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/before', 'some bytes')
    await redis.config('SET', 'maxmemory', '1mb')
    await pushToFull(ingest)
    await redis.config('SET', 'maxmemory', '0')
    await caughtUp(ingest)
  })

  it('lets streams be deleted where its memory is used up', async () => {
    await using ingest = await suite.start(settings)
    const redis = new Redis(suite.redis().path)
    await using _ = withMemoryAgain(redis)
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/before', 'some bytes')
    await redis.config('SET', 'maxmemory', '1mb')
    equal((await ingest.send('DELETE', '/streams/1')).status, 200)
    deepEqual(await redis.keys('{stream:1}*'), [])
  })

  it('lets retention remove sessions where its memory is used up', async () => {
    {
      await using ingest = await suite.start({ ...settings, SESSION_IDLE: '1ms' })
      await ingest.send('POST', '/streams')
      await ingest.put('/streams/1/before', 'some bytes')
    }
    const redis = new Redis(suite.redis().path)
    await using _ = withMemoryAgain(redis)
    await redis.config('SET', 'maxmemory', '1mb')
    await using ingest = await suite.start({
      ...{ ...settings, SESSION_IDLE: '1ms', RETENTION_AGE: '1ms', RETENTION_INTERVAL: '20ms' },
    })
    await until(
      'the session is gone',
      async () => (await ingest.get('/sessions/1')).json.sessions.length === 0,
    )
  })

  it('costs no upload where its disk is full, and is caught up with once there is room', async function () {
    skipUnlessRoot(this)
    await using disk = await smallDisk(1_048_576)
    await using full = await startRedisServer({ dir: disk.path })
    await using ingest = await suite.start({ ...settings, REDIS_URL: full.path })
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/before', 'some bytes')
    const redis = new Redis(full.path)
    await using _ = { [Symbol.asyncDispose]: async () => void (await redis.quit()) }
    const ballast = join(disk.path, 'ballast')
    // Redis writes meanwhile: then it does not fit whole.
    await writeFile(ballast, Buffer.alloc(await freeBytesIn(disk.path))).catch((error) => {
      if (errorCode(error) !== 'ENOSPC') throw error
    })
    await until('Redis cannot write', async () =>
      redis.set('filler', Buffer.alloc(10_000)).then(
        () => false,
        (error: Error) => error.message.startsWith('MISCONF'),
      ),
    )
    await pushToFull(ingest)
    await rm(ballast)
    await caughtUp(ingest)
  })
})
