import { deepEqual, rejects } from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { createOneAtATime } from './one-at-a-time.ts'

describe('createOneAtATime', () => {
  it('ends one task of a key before the next begins, and goes on after one that fails', async () => {
    const oneAtATime = createOneAtATime()
    const seen: string[] = []
    const task = (name: string) => async () => {
      seen.push(`${name} begins`)
      await setImmediate()
      seen.push(`${name} ends`)
      if (name === 'a') throw new Error('a failed')
      return name
    }
    const failing = rejects(oneAtATime('key', task('a')), /a failed/)
    deepEqual(await oneAtATime('key', task('b')), 'b')
    await failing
    deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends'])
  })

  it('lets other keys pass', async () => {
    const oneAtATime = createOneAtATime()
    const seen: string[] = []
    const slow = Promise.withResolvers<void>()
    const waiting = oneAtATime('one', () => slow.promise)
    await oneAtATime('other', async () => void seen.push('other'))
    deepEqual(seen, ['other'])
    slow.resolve()
    await waiting
  })
})
