import type { Hierarchy, Validity } from './certificate.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const lifeMs = { device: 365 * dayMs, server: 90 * dayMs }

/** Begins an hour back, for cameras whose clock lags, and never outlives its root. */
export function leafValidity(hierarchy: Hierarchy, now: Date, rootNotAfter: Date): Validity {
  const notAfter = Math.min(now.getTime() + lifeMs[hierarchy], rootNotAfter.getTime())
  return { notBefore: new Date(now.getTime() - hourMs), notAfter: new Date(notAfter) }
}

/** Twenty years, as the reference's roots. */
export function rootValidity(now: Date): Validity {
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + 20)
  return { notBefore: new Date(now.getTime() - hourMs), notAfter }
}

export const isValid = ({ notBefore, notAfter }: Validity, now: Date): boolean =>
  notBefore <= now && now < notAfter

/** Renewal is due after two thirds of a certificate's life, so that a failed one leaves weeks to mend it. */
export function isRenewalDue({ notBefore, notAfter }: Validity, now: Date): boolean {
  const life = notAfter.getTime() - notBefore.getTime()
  return now.getTime() >= notBefore.getTime() + (life * 2) / 3
}

const monthMs = 30 * dayMs

/** A root that ends within a month has to be renewed by its owner. */
export const endsSoon = (notAfter: Date, now: Date): boolean => notAfter.getTime() - now.getTime() < monthMs
