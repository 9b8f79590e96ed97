import { deepEqual, rejects } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { createKeyedMutex } from './keyed-mutex.ts'

describe('createKeyedMutex', () => {
  it('ends one task of a key before the next begins, and goes on after one that fails', async () => {
    const runExclusively = createKeyedMutex()
    const seen: string[] = []
    const task = (name: string) => async () => {
      seen.push(`${name} begins`)
      await setImmediate()
      seen.push(`${name} ends`)
      if (name === 'a') throw new Error('a failed')
      return name
    }
    const failing = rejects(runExclusively('key', task('a')), /a failed/)
    deepEqual(await runExclusively('key', task('b')), 'b')
    await failing
    deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends'])
  })

  it('lets other keys pass', async () => {
    const runExclusively = createKeyedMutex()
    const seen: string[] = []
    const slow = Promise.withResolvers<void>()
    const waiting = runExclusively('one', () => slow.promise)
    await runExclusively('other', async () => void seen.push('other'))
    deepEqual(seen, ['other'])
    slow.resolve()
    await waiting
  })
})
