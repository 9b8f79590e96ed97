import { deepEqual } from 'node:assert/strict'
import { createLru } from './lru.ts'

describe('createLru', () => {
  it('evicts the least recently used entry', () => {
    const evicted: [string, number][] = []
    const lru = createLru<string, number>(2, (value, key) => evicted.push([key, value]))
    lru.set('a', 1)
    lru.set('b', 2)
    lru.get('a')
    lru.set('c', 3)
    deepEqual(
      ['a', 'b', 'c'].map((key) => lru.get(key)),
      [1, undefined, 3],
    )
    deepEqual(evicted, [['b', 2]])
  })

  it('does not evict what was deleted or set again', () => {
    const evicted: string[] = []
    const lru = createLru<string, number>(2, (_value, key) => evicted.push(key))
    lru.set('a', 1)
    lru.set('b', 2)
    lru.set('a', 3)
    lru.delete('b')
    lru.set('c', 4)
    deepEqual(
      [...lru.entries()],
      [
        ['a', 3],
        ['c', 4],
      ],
    )
    deepEqual(evicted, [])
  })
})
