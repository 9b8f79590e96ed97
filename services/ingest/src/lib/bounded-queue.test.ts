import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createBoundedQueue } from './bounded-queue.ts'

describe('a bounded queue', () => {
  it('runs one task at a time, refuses what is too much, and takes more once there is room', async () => {
    const run = createBoundedQueue('keys', 2)
    const first = Promise.withResolvers<void>()
    const order: number[] = []
    const tasks = [1, 2, 3].map((n) =>
      run(async () => {
        order.push(n)
        await first.promise
      }),
    )
    await rejects(
      run(async () => void order.push(4)),
      { code: 'busy', message: /2 keys wait/ },
    )
    deepEqual(order, [1])
    first.resolve()
    await Promise.all(tasks)
    deepEqual(order, [1, 2, 3])
    await rejects(
      run(() => Promise.reject(new Error('no'))),
      /no/,
    )
    equal(await run(async () => 'again'), 'again')
  })
})
