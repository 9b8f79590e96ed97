import { deepEqual, equal, rejects } from 'node:assert/strict'
import { CameraError } from '../camera-error.ts'
import { withRetry } from './retry.ts'
import { LostConnection } from './transport.ts'

/** Loses the connection so many times. */
function failing(times: number, failure: Error = new LostConnection('read ECONNRESET')) {
  const slept: number[] = []
  const words: string[] = []
  let tries = 0
  const attempt = async () => {
    tries++
    if (tries <= times) throw failure
    return tries
  }
  const sleep = async (milliseconds: number) => void slept.push(milliseconds)
  const deps = (delays: readonly number[]) => ({
    delays,
    sleep,
    report: (line: string) => void words.push(line),
  })
  return { slept, words, attempt, deps }
}

describe('a camera that loses its connection', () => {
  it('waits longer and longer, and says so', async () => {
    const { slept, words, attempt, deps } = failing(2)
    equal(await withRetry(deps([1_000, 2_000, 4_000]), attempt), 3)
    deepEqual(slept, [1_000, 2_000])
    equal(words[0], 'read ECONNRESET; trying again in 1 s')
  })

  it('gives up after the last try', async () => {
    const { slept, attempt, deps } = failing(9)
    await rejects(withRetry(deps([1, 2]), attempt), new CameraError('gave up after 3 tries: read ECONNRESET'))
    deepEqual(slept, [1, 2])
  })

  it('tries once without delays, and leaves it to its caller', async () => {
    const { attempt, deps } = failing(1)
    await rejects(withRetry(deps([]), attempt), LostConnection)
  })

  it('does not try again where that cannot help', async () => {
    const { slept, attempt, deps } = failing(1, new CameraError('no TLS connection'))
    await rejects(withRetry(deps([1]), attempt), new CameraError('no TLS connection'))
    deepEqual(slept, [])
  })
})
