import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createSemaphore } from './semaphore.ts'

describe('createSemaphore', () => {
  it('runs so many tasks at a time, in their order', async () => {
    const run = createSemaphore(2)
    const begun: number[] = []
    const ends = [0, 1, 2].map(() => Promise.withResolvers<void>())
    const tasks = ends.map(({ promise }, i) =>
      run(async () => {
        begun.push(i)
        await promise
        return i
      }),
    )
    deepEqual(begun, [0, 1])
    ends[1]?.resolve()
    equal(await tasks[1], 1)
    ends[2]?.resolve()
    equal(await tasks[2], 2)
    deepEqual(begun, [0, 1, 2])
    ends[0]?.resolve()
    equal(await tasks[0], 0)
  })

  it('goes on after a task that fails', async () => {
    const run = createSemaphore(1)
    await rejects(
      run(async () => {
        throw new Error('failed')
      }),
      /failed/,
    )
    equal(await run(async () => 'next'), 'next')
  })
})
