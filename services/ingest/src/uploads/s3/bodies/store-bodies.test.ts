import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createLogger } from '@pushav/shared/logger.ts'
import { packOf } from '@pushav/shared/uploads/pack-key.ts'
import { UploadGone } from '../../ports.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { gatherBodies } from './gather-bodies.ts'
import { type StoreBody, storeBodies } from './store-bodies.ts'

const log = createLogger('test', 'fatal')
const idOf = (number: number, atMs = 1_700_000_000_000) => {
  const hex = (atMs + number).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(number).padStart(12, '0')}`
}
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')
const bodyNamed = (upload: string, text = `body of ${upload}`): StoreBody => ({
  ...{ upload, bytes: text.length, sha256: sha256Of(text) },
  read: () => [Buffer.from(text)],
})

function setUp() {
  const store = memoryStore()
  const textOf = async (upload: string, bodies = storeBodies(store, log)) => {
    const found = await bodies.open('1', upload)
    return found && String(Buffer.concat(await Array.fromAsync(found.bytes)))
  }
  const keys = () => [...store.objects.keys()]
  const ids = [1, 2, 3].map((number) => idOf(number))
  return { store, bodies: storeBodies(store, log), textOf, keys, ids: ids as [string, string, string] }
}

describe('storeBodies', () => {
  it('puts several small bodies into one object, and finds each in another process', async () => {
    const { store, bodies, textOf, ids } = setUp()
    await bodies.put(
      '1',
      ids.map((id) => bodyNamed(id)),
    )
    equal(store.written.length, 1)
    for (const id of ids) equal(await textOf(id), `body of ${id}`)
    equal(await textOf(idOf(4)), null)
    deepEqual([...(await bodies.uploads('1'))], ids)
  })

  it('removes a pack with its last body, and writes it anew without others', async () => {
    const { bodies, textOf, keys, ids } = setUp()
    const [first, second, third] = ids
    await bodies.put(
      '1',
      ids.map((id) => bodyNamed(id)),
    )
    await textOf(first, bodies)
    await bodies.remove('1', [second])
    equal(keys().length, 1)
    deepEqual(await Promise.all(ids.map((id) => textOf(id, bodies))), [
      `body of ${first}`,
      null,
      `body of ${third}`,
    ])
    await bodies.remove('1', [first, third])
    deepEqual(keys(), [])
  })

  it('finds a body again whose pack another machine has written anew', async () => {
    const { store, bodies, textOf, ids } = setUp()
    const other = storeBodies(store, log)
    await bodies.put(
      '1',
      ids.map((id) => bodyNamed(id)),
    )
    // Known by its place only, since so many others were read meanwhile.
    await textOf(ids[0], other)
    for (let pack = 1; pack <= 128; pack++) {
      const group = [idOf(pack * 10), idOf(pack * 10 + 1)]
      await bodies.put(
        '1',
        group.map((id) => bodyNamed(id)),
      )
      await textOf(idOf(pack * 10), other)
    }
    await bodies.remove('1', [ids[0]])
    equal(await textOf(ids[1], other), `body of ${ids[1]}`)
    equal(await textOf(ids[0], other), null)
  })

  it('goes on removing behind a pack that was changed, which stays as it is', async () => {
    const { store, bodies, textOf, keys, ids } = setUp()
    const [first, second, third] = ids
    const [other, another] = [idOf(600_000), idOf(600_001)]
    for (const group of [ids, [other, another]])
      await bodies.put(
        '1',
        group.map((id) => bodyNamed(id)),
      )
    const [changed = ''] = keys()
    store.objects.set(changed, Buffer.from('x'.repeat(store.objects.get(changed)?.length ?? 0)))
    await bodies.remove('1', [second, other])
    deepEqual(keys(), [changed, packOf('1', [{ upload: another, bytes: 44 }]).key])
    await rejects(textOf(first), { name: 'RecordChanged' })
    equal(await textOf(another), `body of ${another}`)
    await bodies.remove('1', [first, second, third, another])
    deepEqual(keys(), [])
  })

  it('has nothing of a stream that was removed', async () => {
    const { bodies, keys, ids } = setUp()
    await bodies.put(
      '1',
      ids.map((id) => bodyNamed(id)),
    )
    await bodies.put('1', [bodyNamed('alone')])
    await bodies.put('10', [bodyNamed('of another stream')])
    await bodies.removeStream('1')
    deepEqual(keys(), ['uploads/10/of another stream'])
  })

  it('stores a damaged body alone, with the digest of what was received, and passes over one that is gone', async () => {
    const { store, bodies, keys, ids } = setUp()
    const [first, damaged, gone] = ids
    const lost = async function* (): AsyncGenerator<Buffer> {
      yield* []
      throw new UploadGone(gone)
    }
    await bodies.put('1', [
      bodyNamed(first),
      { ...bodyNamed(damaged), read: () => [Buffer.from(`BODY of ${damaged}`)] },
      { ...bodyNamed(gone), read: lost },
    ])
    deepEqual(keys().sort(), [packOf('1', [{ upload: first, bytes: 44 }]).key, `uploads/1/${damaged}`])
    equal(store.written.length, 2)
  })

  it('says that the store is away', async () => {
    const { store, bodies, ids } = setUp()
    store.setAway(true)
    await rejects(
      bodies.put(
        '1',
        ids.map((id) => bodyNamed(id)),
      ),
      { name: 'Unavailable' },
    )
    await rejects(bodies.open('1', ids[0]), { name: 'Unavailable' })
    await rejects(bodies.remove('1', ids), { name: 'Unavailable' })
  })
})

describe('gatherBodies', () => {
  it('puts bodies together that come while others are on their way', async () => {
    const { store, bodies, textOf } = setUp()
    const gathering = gatherBodies(bodies)
    const ids = Array.from({ length: 40 }, (_, number) => idOf(number))
    const [first, ...others] = ids.map((id) => gathering.put('1', bodyNamed(id)))
    await first
    await Promise.all(others)
    deepEqual(
      store.written.map((key) => key.split('/')[0]),
      ['uploads', 'packs', 'packs', 'packs'],
    )
    for (const id of ids) equal(await textOf(id), `body of ${id}`)
  })

  it('fails all bodies of an object that the store does not take, and none that come later', async () => {
    const { store, bodies } = setUp()
    const gathering = gatherBodies(bodies)
    store.setAway(true)
    const failed = [1, 2, 3].map((number) =>
      rejects(gathering.put('1', bodyNamed(idOf(number))), { name: 'Unavailable' }),
    )
    await Promise.all(failed)
    store.setAway(false)
    await gathering.put('1', bodyNamed(idOf(4)))
    deepEqual(store.written, [`uploads/1/${idOf(4)}`])
  })
})
