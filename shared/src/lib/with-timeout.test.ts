import { equal, rejects } from 'node:assert/strict'
import { withTimeout } from './with-timeout.ts'

describe('withTimeout', () => {
  it('returns the result of work that ends in time', async () => {
    equal(await withTimeout(60_000, Promise.resolve(7)), 7)
  })

  it('throws the error of work that fails in time', async () => {
    await rejects(withTimeout(60_000, Promise.reject(new Error('broken'))), /broken/)
  })

  it('throws when the time is over', async () => {
    await rejects(withTimeout(1, new Promise(() => {})), /timed out after 1 ms/)
  })
})
