import { deepEqual } from 'node:assert/strict'
import { recentlyUsed } from './recently-used.ts'

describe('recentlyUsed', () => {
  it('forgets what has not been asked for longest', () => {
    const values = recentlyUsed<number>(2)
    values.set('a', 1)
    values.set('b', 2)
    values.get('a')
    values.set('c', 3)
    deepEqual(
      ['a', 'b', 'c'].map((key) => values.get(key)),
      [1, undefined, 3],
    )
  })
})
