import { equal } from 'node:assert/strict'
import { mayRestart } from './restart-policy.ts'

describe('mayRestart', () => {
  it('allows one and two deaths', () => {
    equal(mayRestart([5]), true)
    equal(mayRestart([5, 6]), true)
  })

  it('refuses the third within a minute', () => {
    equal(mayRestart([0, 30_000, 59_999]), false)
  })

  it('forgets what is a minute old', () => {
    equal(mayRestart([0, 30_000, 60_000]), true)
    equal(mayRestart([0, 1, 2, 60_002, 60_003]), true)
    equal(mayRestart([0, 1, 60_002, 60_003, 60_004]), false)
  })
})
