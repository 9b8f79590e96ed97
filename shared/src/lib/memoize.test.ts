import { deepEqual, equal } from 'node:assert/strict'
import { memoize } from './memoize.ts'

describe('memoize', () => {
  it('computes a key once', () => {
    const computed: string[] = []
    const upper = memoize((key) => {
      computed.push(key)
      return key.toUpperCase()
    })
    deepEqual(['a', 'b', 'a'].map(upper), ['A', 'B', 'A'])
    deepEqual(computed, ['a', 'b'])
  })

  it('forgets everything when it is full, and never keeps a long key', () => {
    let count = 0
    const counted = memoize(() => ++count, { maxEntries: 2, maxKeyLength: 3 })
    deepEqual(['a', 'b', 'c', 'a'].map(counted), [1, 2, 3, 4])
    equal(counted('long'), 5)
    equal(counted('long'), 6)
  })
})
