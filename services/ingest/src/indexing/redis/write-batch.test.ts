import { deepEqual } from 'node:assert/strict'
import { createWriteBatch, type Write } from './write-batch.ts'

function merged(writes: readonly Write[]): readonly Write[] {
  const batch = createWriteBatch()
  for (const [command, key, ...args] of writes) batch.add(command, key, ...args)
  return batch.writes
}

describe('write batch', () => {
  it('puts what follows its like on a key into one command', () => {
    deepEqual(
      merged([
        ['HSET', 'a', 'x', '1'],
        ['RPUSH', 'b', 'one'],
        ['HSET', 'a', 'y', '2'],
        ['RPUSH', 'b', 'two'],
      ]),
      [
        ['HSET', 'a', 'x', '1', 'y', '2'],
        ['RPUSH', 'b', 'one', 'two'],
      ],
    )
  })

  it('keeps the order of different commands on one key', () => {
    const writes = [
      ['HSET', 'a', 'x', '1'],
      ['HDEL', 'a', 'x'],
      ['HSET', 'a', 'x', '2'],
    ] as const
    deepEqual(merged(writes), writes)
  })

  it('adds up counts of one field, and leaves other commands alone', () => {
    deepEqual(
      merged([
        ['HINCRBY', 'f', 'v', '1'],
        ['HINCRBY', 'f', 'v', '1'],
        ['HINCRBY', 'f', 'w', '-1'],
        ['INCR', 'n'],
        ['INCR', 'n'],
      ]),
      [
        ['HINCRBY', 'f', 'v', '2'],
        ['HINCRBY', 'f', 'w', '-1'],
        ['INCR', 'n'],
        ['INCR', 'n'],
      ],
    )
  })

  it('makes no command longer than Lua can unpack', () => {
    const writes = Array.from({ length: 1_500 }, (_, i) => ['RPUSH', 'l', String(i)] as const)
    deepEqual(
      merged(writes).map(({ length }) => length),
      [1_002, 502],
    )
  })
})
