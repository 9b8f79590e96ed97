import { deepEqual } from 'node:assert/strict'
import { planRetention, type RetentionPolicy } from './policy.ts'

const none: RetentionPolicy = { maxAgeMs: 0, maxBytes: 0, minFreeBytes: 0 }
const ended = [3, 1, 2].map((age) => ({
  ...{ stream: '1', session: String(age), lastObjectMs: 10_000 - age * 1_000, uploads: 1, bytes: 10 },
}))

function planOf(policy: Partial<RetentionPolicy>, stock: { storedBytes?: number; freeBytes?: number } = {}) {
  const known = { ended, storedBytes: 30, freeBytes: 100, nowMs: 10_000, ...stock }
  return planRetention({ ...none, ...policy }, known).map(({ session, reason }) => `${session} ${reason}`)
}

describe('planRetention', () => {
  it('removes nothing without a rule', () => deepEqual(planOf({}), []))

  it('removes what is older than the age, oldest first', () =>
    deepEqual(planOf({ maxAgeMs: 1_000 }), ['3 age', '2 age']))

  it('removes the oldest until the rest fits', () => {
    deepEqual(planOf({ maxBytes: 20 }), ['3 bytes'])
    deepEqual(planOf({ maxBytes: 19 }), ['3 bytes', '2 bytes'])
    deepEqual(planOf({ maxBytes: 20 }, { storedBytes: 1_000 }), ['3 bytes', '2 bytes', '1 bytes'])
  })

  it('removes the oldest until enough of the disk is free', () =>
    deepEqual(planOf({ minFreeBytes: 111 }), ['3 free', '2 free']))

  it('names the first rule that applies', () =>
    deepEqual(planOf({ maxAgeMs: 2_000, maxBytes: 15 }), ['3 age', '2 bytes']))
})
