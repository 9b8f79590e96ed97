import { deepEqual, equal, rejects } from 'node:assert/strict'
import { bodyOf } from './object-store.ts'
import { storeStreams } from './store-streams.ts'
import { memoryStore } from './testing/memory-store.ts'

describe('storeStreams', () => {
  const twoMachines = () => {
    const store = memoryStore()
    let ms = 0
    const wait = (forMs: number) => {
      ms += forMs
    }
    const machine = () => storeStreams(store, () => ms)
    return { store, one: machine(), two: machine(), wait }
  }

  it('gives no id twice, whichever machine is asked', async () => {
    const { one, two } = twoMachines()
    const made = await Promise.all([one.create(), two.create(), one.create(), two.create()])
    deepEqual(made.toSorted(), ['1', '2', '3', '4'])
    deepEqual(await one.list(), await two.list())
  })

  it('gives the id of a removed stream to none, also after all of it is gone', async () => {
    const { one, two, store } = twoMachines()
    equal(await one.create(), '1')
    await one.remove('1')
    deepEqual(await one.beingRemoved(), ['1'])
    await one.removed('1')
    deepEqual(await one.beingRemoved(), [])
    equal(await two.create(), '2')
    // A machine whose list is older than the removal.
    const late = storeStreams(store, () => 0)
    equal(await late.create(), '3')
  })

  it('takes back an id that another machine gave and removed since the listing', async () => {
    const { one, two, store } = twoMachines()
    equal(await one.create(), '1')
    await two.list()
    equal(await one.create(), '2')
    await one.remove('2')
    await one.removed('2')
    store.hidden = 'removed/0000000000000002'
    equal(await two.create(), '3')
    equal(store.objects.has('streams/0000000000000002'), false)
  })

  it('knows a stream that another machine has made or removed', async () => {
    const { one, two, wait } = twoMachines()
    await two.list()
    await one.create()
    equal(await two.has('1'), true)
    equal(await two.has('2'), false)
    await one.remove('1')
    wait(60_000)
    await two.list()
    deepEqual([await two.has('1'), two.isRemoved('1')], [false, true])
  })

  it('lists what it knows while the store is away, and makes no stream', async () => {
    const { one, two, store } = twoMachines()
    await one.create()
    store.setAway(true)
    deepEqual(await one.list(), ['1'])
    await rejects(two.list(), { name: 'Unavailable' })
    await rejects(one.create(), { name: 'Unavailable' })
  })

  it('passes over keys that it did not make', async () => {
    const { one, store } = twoMachines()
    for (const key of ['streams/x', 'streams/0000000000000000', 'streams/00000000000000012', 'removed/-1'])
      await store.put(key, bodyOf(Buffer.alloc(0)))
    deepEqual(await one.list(), [])
    equal(await one.create(), '1')
  })
})
