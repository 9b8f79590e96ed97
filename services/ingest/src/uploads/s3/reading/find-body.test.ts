import { equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import type { JudgedUpload } from '../../../indexing/judged-upload.ts'
import { storeBodies } from '../bodies/store-bodies.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { findBodyWith } from './find-body.ts'

/** Of a machine whose clock is behind by years. */
const upload = '018bcfe5-6800-7000-8000-000000000001'
const key = `uploads/1/${upload}`

describe('findBodyWith', () => {
  function setUp(isKnown: () => boolean, shipWithinMs = 0) {
    const store = memoryStore()
    const { find } = findBodyWith({
      storedBodies: storeBodies(store, createLogger('test', 'fatal')),
      index: { upload: async () => (isKnown() ? ({} as JudgedUpload) : null) },
      ...{ shipWithinMs, maxWaitMs: 1_000, nowMs: Date.now },
    })
    return { store, find }
  }

  it('waits for a body that the index knows, however old its id says that it is', async () => {
    const { store, find } = setUp(() => {
      store.objects.set(key, Buffer.from('late'))
      return true
    })
    equal((await find('1', upload))?.size, 4)
  })

  it('waits for no body that the index does not know', async () => {
    const { store, find } = setUp(() => {
      store.objects.set(key, Buffer.from('late'))
      return false
    })
    equal(await find('1', upload), null)
  })

  it('waits for a body once', async () => {
    let asked = 0
    const { find } = setUp(() => ++asked > 0, -3_000)
    equal(await find('1', upload), null)
    equal(await find('1', upload), null)
    equal(asked, 1)
  })
})
