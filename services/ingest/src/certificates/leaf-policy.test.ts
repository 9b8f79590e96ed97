import { equal } from 'node:assert/strict'
import { isRenewalDue, isValid, leafValidity, rootValidity } from './leaf-policy.ts'

const now = new Date('2026-11-22T12:00:00Z')
const farAway = new Date('2046-01-01T00:00:00Z')
const after = (days: number) => new Date(now.getTime() + days * 86_400_000)

describe('leaf policy', () => {
  it('begins an hour back, for cameras whose clock lags', () => {
    equal(leafValidity('device', now, farAway).notBefore.toISOString(), '2026-11-22T11:00:00.000Z')
  })

  it('gives devices a year and the server 90 days', () => {
    equal(leafValidity('device', now, farAway).notAfter.getTime(), after(365).getTime())
    equal(leafValidity('server', now, farAway).notAfter.getTime(), after(90).getTime())
  })

  it('lets no leaf outlive its root', () => {
    equal(leafValidity('device', now, after(3)).notAfter.getTime(), after(3).getTime())
  })

  it('wants renewal after two thirds of the life, not before', () => {
    const life = { notBefore: now, notAfter: after(90) }
    equal(isRenewalDue(life, after(59.9)), false)
    equal(isRenewalDue(life, after(60)), true)
  })

  it('takes the end itself as over', () => {
    const life = { notBefore: now, notAfter: after(1) }
    equal(isValid(life, after(-0.1)), false)
    equal(isValid(life, now), true)
    equal(isValid(life, after(1)), false)
  })

  it('gives roots twenty years', () => {
    equal(rootValidity(now).notAfter.toISOString(), '2046-11-22T12:00:00.000Z')
  })
})
