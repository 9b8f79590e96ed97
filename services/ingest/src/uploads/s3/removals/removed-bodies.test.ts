import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import type { JudgedUpload } from '../../../indexing/judged-upload.ts'
import { storeBodies } from '../bodies/store-bodies.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { removedBodiesWith } from './removed-bodies.ts'

const log = createLogger('test', 'fatal')

describe('removedBodiesWith', () => {
  function setUp() {
    const store = memoryStore()
    const here = new Set(['a', 'b'])
    const state = { isBehind: false, nowMs: 60_000, known: '' }
    const judged = { upload: {} } as JudgedUpload
    const freeRemoved = removedBodiesWith({
      local: {
        bodies: async () => [...here].map((upload) => ({ upload, bytes: 1, usedMs: 0 })),
        removeUploads: async (_stream, uploads) => {
          for (const upload of uploads) here.delete(upload)
        },
      },
      storedBodies: storeBodies(store, log),
      shipper: { isBehind: () => state.isBehind },
      index: { upload: async (_stream, upload) => (state.known === upload ? judged : null) },
      nowMs: () => state.nowMs,
    })
    return { store, here, state, freeRemoved }
  }

  it('removes here what the store has no more', async () => {
    const { store, here, freeRemoved } = setUp()
    store.objects.set('uploads/1/a', Buffer.from('a'))
    equal(await freeRemoved('1'), true)
    deepEqual([...here], ['a'])
  })

  it('removes nothing that may not have come to the store yet', async () => {
    const { here, state, freeRemoved } = setUp()
    state.isBehind = true
    equal(await freeRemoved('1'), false)
    deepEqual([...here], ['a', 'b'])
  })

  it('keeps what the store has lost behind its back', async () => {
    const { here, state, freeRemoved } = setUp()
    state.known = 'a'
    equal(await freeRemoved('1'), true)
    deepEqual([...here], ['a'])
  })

  it('removes nothing that was written just now', async () => {
    const { here, state, freeRemoved } = setUp()
    state.nowMs = 1_000
    equal(await freeRemoved('1'), false)
    deepEqual([...here], ['a', 'b'])
  })

  it('removes nothing while the store is away', async () => {
    const { store, here, freeRemoved } = setUp()
    store.setAway(true)
    await rejects(freeRemoved('1'), { name: 'Unavailable' })
    deepEqual([...here], ['a', 'b'])
  })
})
