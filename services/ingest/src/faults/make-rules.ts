import { Refusal } from '../lib/refusal.ts'
import type { FaultRule } from './fault-rule.ts'

/** A rule as a user asks for it; null where the user leaves it open. */
export type FaultRequest = Pick<FaultRule, 'when' | 'fault'> & {
  readonly [Name in 'fromMs' | 'untilMs' | 'maxHits']: number | null
}

type RuleTerms = Omit<FaultRule, 'id' | 'script'>

const usualMs = 600_000
const maxMs = 86_400_000

/**
 * A rule with everything that the user left open. Throws the refusal `request-malformed` for one that contradicts
 * itself.
 */
export function termsOf(request: FaultRequest, nowMs: number): RuleTerms {
  const { when, fault } = request
  const fromMs = request.fromMs ?? nowMs
  const untilMs = request.untilMs ?? Math.max(fromMs, nowMs) + usualMs
  const maxHits = request.maxHits ?? usualHitsOf(request)
  const wrong = contradictionsIn({ when, fault, fromMs, untilMs, maxHits }, nowMs)
  if (wrong.length > 0) throw new Refusal('request-malformed', wrong.join('; '))
  return { when, fault, fromMs, untilMs, maxHits }
}

/** An expired certificate stays so until the rule ends. */
function usualHitsOf({ when, fault }: FaultRequest): number {
  if (fault.kind === 'certificate-expired') return 1_000
  return when.nth === null ? 100 : 1
}

function contradictionsIn({ when, fault, fromMs, untilMs, maxHits }: RuleTerms, nowMs: number): string[] {
  const wrong: string[] = []
  const chosen = (['nth', 'every', 'probability'] as const).filter((name) => when[name] !== null)
  if (chosen.length > 1) wrong.push(`when has ${chosen.join(' and ')}; only one of them can choose`)
  if (when.seed !== 0 && when.probability === null) wrong.push('when.seed needs when.probability')
  if (when.nth !== null && maxHits > 1 && fault.kind !== 'certificate-expired')
    wrong.push('when.nth is one upload, so max_hits is 1')
  if (untilMs <= fromMs) wrong.push('from must be before until')
  else if (untilMs <= nowMs) wrong.push('until is in the past')
  if (untilMs - Math.max(fromMs, nowMs) > maxMs) wrong.push('until must be at most a day after its beginning')
  if (fromMs > nowMs + maxMs) wrong.push('from must be at most a day from now')
  const hasMiddle = 'at' in fault && fault.at === 'middle'
  if ('at' in fault && 'afterBytes' in fault && fault.afterBytes !== null && !hasMiddle)
    wrong.push(`fault.after_bytes needs "at": "middle", not "${fault.at}"`)
  if (fault.kind === 'status' && fault.retryAfter !== null && ![413, 429, 503].includes(fault.status))
    wrong.push('fault.retry_after goes with the statuses 413, 429 and 503')
  return wrong
}
