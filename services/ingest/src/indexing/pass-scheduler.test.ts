import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createPassScheduler, type PassSchedulerOptions } from './pass-scheduler.ts'

type Pass = () => Promise<void>

/** A scheduler whose passes do what a test says, and what happened. */
function createRig(passes: Readonly<Record<string, readonly Pass[]>>, retryMs = 1) {
  const log: string[] = []
  const left = new Map(Object.entries(passes).map(([key, some]) => [key, some.values()]))
  const options: PassSchedulerOptions = {
    retryMs,
    async runPass(key) {
      log.push(`${key} starts`)
      await left.get(key)?.next().value?.()
      log.push(`${key} ends`)
    },
    onBehind: (key, error) => void log.push(`${key} is behind: ${(error as Error).message}`),
    onCaughtUp: () => void log.push('caught up'),
  }
  return { scheduler: createPassScheduler(options), log }
}

const fail = (message: string) => () => Promise.reject(new Error(message))

describe('pass scheduler', () => {
  it('runs one more pass for all that wakes it during a pass', async () => {
    const { scheduler, log } = createRig({
      a: [
        async () => {
          for (let i = 0; i < 3; i++) scheduler.wake('a')
        },
      ],
    })
    scheduler.wake('a')
    await scheduler.idle('a')
    deepEqual(log, ['a starts', 'a ends', 'a starts', 'a ends'])
  })

  it('runs passes over two keys side by side', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { scheduler, log } = createRig({ a: [() => promise], b: [async () => resolve()] })
    scheduler.wake('a')
    scheduler.wake('b')
    await Promise.all([scheduler.idle('a'), scheduler.idle('b')])
    deepEqual(log.slice(0, 2), ['a starts', 'b starts'])
  })

  it('starts again after it was idle', async () => {
    const { scheduler, log } = createRig({})
    for (let i = 0; i < 2; i++) {
      scheduler.wake('a')
      await scheduler.idle('a')
    }
    equal(log.length, 4)
  })

  it('repeats a pass until it works, and says once that it is behind', async () => {
    const { scheduler, log } = createRig({ a: [fail('first'), fail('second')], b: [fail('other')] })
    scheduler.wake('a')
    scheduler.wake('b')
    await Promise.all([scheduler.idle('a'), scheduler.idle('b')])
    deepEqual(
      log.filter((line) => !/starts|ends/.test(line)),
      ['a is behind: first', 'caught up'],
    )
    equal(log.filter((line) => line === 'a starts').length, 3)
  })

  it('repeats a step of a pass in the same way', async () => {
    const { scheduler } = createRig({})
    let attempts = 0
    const work = async () => {
      attempts++
      if (attempts < 3) throw new Error('not yet')
      return 'done'
    }
    equal(await scheduler.retry('a', work), 'done')
  })

  it('waits for the pass that runs when it is disposed of, and starts no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { scheduler, log } = createRig({ a: [() => promise] })
    for (let i = 0; i < 2; i++) scheduler.wake('a')
    const disposed = scheduler[Symbol.asyncDispose]()
    resolve()
    await disposed
    scheduler.wake('b')
    deepEqual(log, ['a starts', 'a ends'])
  })

  it('gives up what fails when it is disposed of', async () => {
    const { scheduler, log } = createRig({ a: [fail('broken')] }, 60_000)
    scheduler.wake('a')
    const step = scheduler.retry('b', fail('torn'))
    await scheduler[Symbol.asyncDispose]()
    await rejects(step, /torn/)
    equal(log.filter((line) => line === 'a starts').length, 1)
  })
})
