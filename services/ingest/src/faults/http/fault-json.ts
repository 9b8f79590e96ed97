import type {
  FaultBody,
  FaultReactionResponse,
  FaultRuleBody,
  FaultsResponse,
} from '@pushav/shared/api/lab/faults.ts'
import { faultScripts } from '@pushav/shared/api/lab/faults.ts'
import { describeFault, type Fault, type FaultRule, type FaultSelection } from '../fault-rule.ts'
import type { FaultRequest } from '../make-rules.ts'
import type { Reaction } from '../reaction.ts'
import type { CountedRule } from '../start-faults.ts'

/** A rule as a user sends it. */
export function requestOf({ when, from, until, max_hits, fault }: FaultRuleBody): FaultRequest {
  return {
    when: selectionOf(when),
    fromMs: from === undefined ? null : Date.parse(from),
    untilMs: until === undefined ? null : Date.parse(until),
    maxHits: max_hits ?? null,
    fault: faultOf(fault),
  }
}

function selectionOf(when: FaultRuleBody['when']): FaultSelection {
  const { path = null, session = null, track = null, kind = null } = when
  const { nth = null, every = null, probability = null, seed = 0 } = when
  return { path, session, track, kind, nth, every, probability, seed }
}

function faultOf(body: FaultBody): Fault {
  switch (body.kind) {
    case 'status': {
      const { retry_after: retryAfter = null, ...others } = body
      return { ...others, retryAfter }
    }
    case 'delay':
      return { kind: 'delay', ms: body.seconds * 1_000, at: body.at }
    case 'stall':
      return { kind: 'stall', ms: body.seconds * 1_000, afterBytes: body.after_bytes ?? null }
    case 'slow':
      return { kind: 'slow', bytesPerSecond: body.bytes_per_second }
    case 'cut':
      return { kind: 'cut', how: body.how, at: body.at, afterBytes: body.after_bytes ?? null }
    case 'reset':
      return { kind: 'reset', code: body.code, at: body.at, afterBytes: body.after_bytes ?? null }
    default:
      return body
  }
}

function faultBodyOf(fault: Fault): FaultBody {
  switch (fault.kind) {
    case 'status': {
      const { retryAfter, ...others } = fault
      return { ...others, retry_after: retryAfter ?? undefined }
    }
    case 'delay':
      return { kind: 'delay', seconds: fault.ms / 1_000, at: fault.at }
    case 'stall':
      return { kind: 'stall', seconds: fault.ms / 1_000, after_bytes: fault.afterBytes ?? undefined }
    case 'slow':
      return { kind: 'slow', bytes_per_second: fault.bytesPerSecond }
    case 'cut':
      return { kind: 'cut', how: fault.how, at: fault.at, after_bytes: fault.afterBytes ?? undefined }
    case 'reset':
      return { kind: 'reset', code: fault.code, at: fault.at, after_bytes: fault.afterBytes ?? undefined }
    default:
      return fault
  }
}

type RuleResponse = FaultsResponse['faults'][number]

export function ruleResponse({ rule, matched, hits }: CountedRule, nowMs: number): RuleResponse {
  const { id, when, fromMs, untilMs, maxHits, fault, script } = rule
  return {
    id,
    when: whenBodyOf(when),
    fault: faultBodyOf(fault),
    does: describeFault(fault),
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    max_hits: maxHits,
    script: faultScripts.find((name) => name === script) ?? null,
    state: stateOf(rule, hits, nowMs),
    matched,
    hits,
  }
}

function stateOf(
  { fromMs, untilMs, maxHits }: FaultRule,
  hits: number,
  nowMs: number,
): RuleResponse['state'] {
  if (nowMs >= untilMs || hits >= maxHits) return 'over'
  return nowMs < fromMs ? 'waiting' : 'active'
}

function whenBodyOf({ seed, ...when }: FaultSelection): RuleResponse['when'] {
  const set = Object.entries(when).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(set), seed: when.probability === null ? undefined : seed }
}

export const reactionResponse = (reaction: Reaction): FaultReactionResponse => ({
  upload: reaction.upload.id,
  fault: reaction.fault.rule,
  does: reaction.fault.does,
  path: reaction.upload.path,
  session: reaction.session,
  track: reaction.track,
  at: reaction.upload.startedAt,
  reaction: reaction.kind,
  retries: reaction.retries,
  retried_after_ms: [...reaction.retriedAfterMs],
  same_bytes: reaction.hasSameBytes,
  delivered_after_ms: reaction.deliveredAfterMs,
  resumed_after_ms: reaction.resumedAfterMs,
  next_session: reaction.nextSession,
  certificate: reaction.certificate,
  renewed_after_ms: reaction.renewedAfterMs,
  data_lost: reaction.isLost,
  says: reaction.says,
})

/**
 * What the reactions are together, by session, in the order in which sessions were hit. A path may be hit more than
 * once.
 */
export function sessionLosses(reactions: readonly FaultReactionResponse[]): FaultsResponse['sessions'] {
  return Array.from(
    Map.groupBy(reactions, ({ session }) => session),
    ([session, own]) => {
      const lostByPath = new Map(own.map(({ path, data_lost }) => [path, data_lost]))
      const pathsOf = (state: boolean | null) =>
        Array.from(lostByPath).flatMap(([path, isLost]) => (isLost === state ? [path] : []))
      return { session, objects: lostByPath.size, lost: pathsOf(true), pending: pathsOf(null) }
    },
  )
}
