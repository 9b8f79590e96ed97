import { deepEqual, equal, rejects } from 'node:assert/strict'
import { forEachLimit } from './for-each-limit.ts'

describe('some at a time', () => {
  it('does all of them, never more than so many at once', async () => {
    const done: number[] = []
    let now = 0
    let most = 0
    await forEachLimit([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
      done.push(one)
    })
    deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7])
    equal(most, 3)
  })

  it('fails with the first that fails', async () => {
    await rejects(
      forEachLimit([1, 2], 2, async (one) => {
        if (one === 2) throw new Error('two')
      }),
      /two/,
    )
  })
})
