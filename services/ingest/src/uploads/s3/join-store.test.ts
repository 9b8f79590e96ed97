import { equal, match, rejects } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { Unavailable } from '../../lib/unavailable.ts'
import { onceStoreResponds } from './await-store.ts'
import { joinStore } from './join-store.ts'
import { bodyOf } from './object-store.ts'
import { memoryStore } from './testing/memory-store.ts'

const log = createLogger('test', 'fatal')

function emptyRedis() {
  const redis = {
    name: null as string | null,
    read: async () => redis.name,
    async claim(name: string) {
      redis.name ??= name
      return redis.name
    },
  }
  return redis
}

describe('onceStoreResponds', () => {
  const { signal } = new AbortController()

  it('repeats a step of the start until the store responds to it', async () => {
    const store = memoryStore()
    store.setAway(true)
    const waiting = { warn: () => store.setAway(false) }
    await onceStoreResponds(waiting, signal, () => store.put('key', bodyOf(Buffer.from('here'))))
    equal(String(store.objects.get('key')), 'here')
  })

  it('throws what another dependency is missing for', async () => {
    const step = () => Promise.reject(new Unavailable('the index (Redis)', new Error('timed out')))
    await rejects(onceStoreResponds(log, signal, step), /index/)
  })
})

describe('joinStore', () => {
  const store = memoryStore()
  const { signal } = new AbortController()
  const join = (inRedis: ReturnType<typeof emptyRedis>, instance: string, storeId = 'a') =>
    joinStore({ store, storeId, inRedis, instance, log, signal, watchMs: 1_000 })
  beforeEach(() => store.objects.clear())

  it('lets all machines of one Redis in', async () => {
    const redis = emptyRedis()
    await using _one = await join(redis, 'one')
    await using _two = await join(redis, 'two')
    match(redis.name ?? '', /^a\//)
  })

  it('refuses the Redis of another store', async () => {
    const redis = emptyRedis()
    await using _one = await join(redis, 'one')
    await rejects(join(redis, 'two', 'b'), /this Redis has the index of another store/)
  })

  it('refuses a second server while the first one is alive', async () => {
    await using _one = await join(emptyRedis(), 'one')
    const second = join(emptyRedis(), 'two')
    await store.put('instances/one', bodyOf(Buffer.from('another sign of life')))
    await rejects(second, /one is alive below this prefix with another Redis/)
  })

  it('takes up an emptied Redis, when the others have done so or are dead', async () => {
    const redis = emptyRedis()
    await using _one = await join(redis, 'one')
    const { name } = redis
    redis.name = null
    const back = join(redis, 'two')
    redis.name = name
    await using _two = await back
    const lost = emptyRedis()
    await using _three = await join(lost, 'three')
    match(lost.name ?? '', /^a\//)
  })

  it('lets two in that find an emptied Redis at the same moment', async () => {
    await store.put('instances/one', bodyOf(Buffer.from('before')))
    const redis = emptyRedis()
    let reads = 0
    const read = async () => {
      const { name } = redis
      // One claims the name and shows that it is alive right behind the second look of two.
      if (++reads === 2) {
        await redis.claim('a/name')
        await store.put('instances/one', bodyOf(Buffer.from('alive')))
      }
      return name
    }
    const inRedis = { read, claim: redis.claim }
    await using _two = await joinStore({
      ...{ store, storeId: 'a', inRedis, instance: 'two', log, signal, watchMs: 2_000 },
    })
    equal(redis.name, 'a/name')
  })

  it('does not wait where the others have left', async () => {
    {
      await using _one = await join(emptyRedis(), 'one')
    }
    equal(store.objects.has('instances/one'), false)
    await using _two = await join(emptyRedis(), 'two')
  })
})
