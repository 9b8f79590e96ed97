import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { Unavailable } from '../../../lib/unavailable.ts'
import { openBodyFiles } from '../../disk/body-files.ts'
import type { UploadFacts } from '../../ports.ts'
import { type ObjectStore, partBytes } from '../object-store.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { storeBodies } from './store-bodies.ts'
import { streamBody } from './stream-body.ts'

const log = createLogger('test', 'fatal')
const facts = { stream: '1', id: 'an-upload' } as UploadFacts
const key = 'uploads/1/an-upload'
const body = Buffer.alloc(2 * partBytes + 1_000, 'some bytes')
const half = body.subarray(0, partBytes + 10)
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('streamBody', () => {
  let built: AsyncDisposableStack
  beforeEach(() => {
    built = new AsyncDisposableStack()
  })
  afterEach(() => built.disposeAsync())

  async function setUp(change: (store: ObjectStore) => ObjectStore = (store) => store, maxWaitMs = 10_000) {
    const folder = built.use(await temporaryDirectory())
    const store = memoryStore()
    const bodies = storeBodies(change(store), log)
    const files = await openBodyFiles(folder.path, 'one', 'process')
    const streamed = built.use(
      streamBody(files.stage(facts), {
        begin: () => bodies.begin('1', facts.id),
        putDigest: (sha256) => bodies.putDigest('1', facts.id, sha256),
        progress: { parts: 0 },
        maxWaitMs,
      }),
    )
    const write = async (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += 65_536)
        await streamed.write(new Uint8Array(bytes.subarray(at, at + 65_536)))
    }
    return { store, bodies, streamed, write }
  }

  it('has the body in the store when it is finished, and its digest beside it', async () => {
    const { store, streamed, write } = await setUp()
    await write(body)
    equal(await streamed.finish(digestOf(body)), true)
    await streamed[Symbol.asyncDispose]()
    equal(digestOf(store.objects.get(key) ?? Buffer.of()), digestOf(body))
    equal(String(store.objects.get('digests/1/an-upload')), digestOf(body))
    equal(store.begun.size, 0)
  })

  it('begins with a whole part, and not for a body without one', async () => {
    const { store, streamed, write } = await setUp()
    await write(body.subarray(0, partBytes - 1))
    equal(store.begun.size, 0)
    await write(body.subarray(partBytes - 1, partBytes))
    equal(store.begun.size, 1)
    equal(await streamed.finish(digestOf(body.subarray(0, partBytes))), true)
  })

  it('leaves nothing of a body that is dropped, and nothing of what has taken its place', async () => {
    const { store, streamed, write } = await setUp()
    await write(half)
    await streamed.replace(
      (async function* () {
        yield Buffer.from('decoded')
      })(),
    )
    equal(await streamed.finish(digestOf(half)), false)
    equal(String(Buffer.concat(await Array.fromAsync(streamed.read()))), 'decoded')
    await streamed[Symbol.asyncDispose]()
    deepEqual([store.begun.size, store.written], [0, []])
  })

  it('takes the rest of a body while the store is away, and is put whole then', async () => {
    const { store, streamed, write } = await setUp()
    store.setAway(true)
    await write(body)
    equal(await streamed.finish(digestOf(body)), false)
    store.setAway(false)
    equal(digestOf(Buffer.concat(await Array.fromAsync(streamed.read()))), digestOf(body))
    deepEqual([store.begun.size, store.written], [0, []])
  })

  it('goes on without a store that hangs', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { store, streamed, write } = await setUp(
      (some) => ({
        ...some,
        begin: async (...args) => {
          const parts = await some.begin(...args)
          return { ...parts, add: (part) => promise.then(() => parts.add(part)) }
        },
      }),
      5,
    )
    await write(body)
    resolve()
    equal(await streamed.finish(digestOf(body)), false)
    deepEqual([store.begun.size, store.written], [0, []])
  })

  it('leaves nothing when the store goes away at the end', async () => {
    const { store, streamed, write } = await setUp((some) => ({
      ...some,
      begin: async (...args) => ({
        ...(await some.begin(...args)),
        complete: () => Promise.reject(new Unavailable('the store', new Error('away'))),
      }),
    }))
    await write(half)
    await rejects(streamed.finish(digestOf(half)), { name: 'Unavailable' })
    deepEqual([store.begun.size, store.written], [0, ['digests/1/an-upload']])
  })
})
