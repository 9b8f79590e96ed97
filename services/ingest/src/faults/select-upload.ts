import type { FaultRule, FaultSelection, UploadHead } from './fault-rule.ts'

/** Whether a rule is about an upload at a time, before its nth, every and probability are looked at. */
export function isCandidate(
  { when, fromMs, untilMs, fault }: FaultRule,
  head: UploadHead,
  nowMs: number,
): boolean {
  if (!isInForce({ fromMs, untilMs }, nowMs)) return false
  if (isHttp2Only(fault.kind) && head.httpVersion !== '2') return false
  if (fault.kind === 'connections' && head.otherConnections < fault.max) return false
  return (
    (when.kind === null || when.kind === head.kind) &&
    (when.track === null || when.track === head.track) &&
    (when.session === null || when.session === head.session) &&
    (when.path === null || isPathLike(when.path, head.path))
  )
}

/** Whether a rule has begun and has not ended. */
export const isInForce = (
  { fromMs, untilMs }: Pick<FaultRule, 'fromMs' | 'untilMs'>,
  nowMs: number,
): boolean => nowMs >= fromMs && nowMs < untilMs

const isHttp2Only = (kind: string): boolean => kind === 'goaway' || kind === 'reset'

/** Whether a rule hits the nth upload that it is about, from 1. */
export function isDrawn({ nth, every, probability, seed }: FaultSelection, n: number): boolean {
  if (nth !== null) return n === nth
  if (every !== null) return n % every === 0
  return probability === null || unitOf(seed, n) < probability
}

/**
 * Whether a path is like a pattern in which `*` stands for any characters; takes no longer than both lengths
 * multiplied.
 */
function isPathLike(pattern: string, path: string): boolean {
  const [first = '', ...parts] = pattern.split('*')
  const last = parts.pop()
  if (last === undefined) return path === first
  if (!path.startsWith(first)) return false
  let at = first.length
  for (const part of parts) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return path.length - last.length >= at && path.endsWith(last)
}

/** A number from 0 up to, not with, 1 that is drawn by seed and n alone: the output step of splitmix32. */
function unitOf(seed: number, n: number): number {
  let bits = (Math.imul(seed, 0x85eb_ca6b) ^ Math.imul(n, 0x9e37_79b9)) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97)
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32
}
