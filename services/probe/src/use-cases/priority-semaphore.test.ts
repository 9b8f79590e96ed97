import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createPrioritySemaphore, type Priority } from './priority-semaphore.ts'

describe('createPrioritySemaphore', () => {
  it('runs as many tasks at once as it has permits', async () => {
    const semaphore = createPrioritySemaphore(2)
    let running = 0
    let max = 0
    const task = async () => {
      max = Math.max(max, ++running)
      await Promise.resolve()
      running -= 1
    }
    await Promise.all(Array.from({ length: 9 }, () => semaphore.run('normal', task)))
    equal(max, 2)
  })

  it('prefers urgent tasks and starves none', async () => {
    const priorities: Priority[] = ['normal', 'normal', ...Array<Priority>(8).fill('urgent')]
    deepEqual(await orderOf(priorities), 'uuunuuunuu')
  })

  it('runs on when tasks of one priority only are waiting', async () => {
    deepEqual(await orderOf(Array<Priority>(5).fill('normal')), 'nnnnn')
    deepEqual(await orderOf(Array<Priority>(5).fill('urgent')), 'uuuuu')
  })

  it('releases the permit of a task that failed', async () => {
    const semaphore = createPrioritySemaphore(1)
    await rejects(semaphore.run('normal', () => Promise.reject(new Error('x'))))
    equal(await semaphore.run('normal', async () => 7), 7)
  })
})

/** Queues tasks behind one that holds the only permit; returns the order in which they ran. */
async function orderOf(priorities: readonly Priority[]): Promise<string> {
  const semaphore = createPrioritySemaphore(1)
  const holder = Promise.withResolvers<void>()
  let order = ''
  const held = semaphore.run('normal', () => holder.promise)
  const all = priorities.map((priority) =>
    semaphore.run(priority, async () => {
      order += priority[0]
    }),
  )
  holder.resolve()
  await Promise.all([held, ...all])
  return order
}
