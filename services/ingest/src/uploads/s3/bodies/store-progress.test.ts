import { equal, rejects } from 'node:assert/strict'
import { whileProgress } from './store-progress.ts'

describe('whileProgress', () => {
  it('waits as long as the store takes parts, and no longer', async () => {
    const progress = { parts: 0 }
    const { promise, resolve } = Promise.withResolvers<string>()
    let times = 0
    const steps = setInterval(() => {
      progress.parts++
      times++
      if (times === 20) resolve('done')
    }, 2)
    equal(await whileProgress(progress, 30, promise), 'done')
    clearInterval(steps)
    await rejects(whileProgress(progress, 5, new Promise(() => undefined)), { name: 'Unavailable' })
  })

  it('throws the error of the work at once', async () => {
    const progress = { parts: 0 }
    const failed = Promise.reject(new Error('no such disk'))
    await rejects(whileProgress(progress, 60_000, failed), { name: 'Unavailable' })
  })
})
