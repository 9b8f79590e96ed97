import type { Totals } from '../indexing/totals.ts'
import type { SessionView } from '../streams/session-view.ts'
import { severities } from '../validation/finding.ts'
import { type CodeWithSeverity, codeOf } from '../validation/report.ts'
import type { Severity } from '../validation/rules.ts'
import type { Expectations } from './expectations.ts'
import { type Aspect, failed, type Reason } from './reason.ts'
import { judgeSession } from './session-verdict.ts'

/**
 * Whether a stream shows what is expected of it. `fail`: something is wrong already. `pending`: nothing is, but
 * something is still to come. Later uploads may make any of them another.
 */
export interface Verdict {
  readonly state: 'pass' | 'fail' | 'pending'
  /** What is wrong, then what is still to come; none of a stream that passes. The first `maxReasons`. */
  readonly reasons: readonly Reason[]
  /** Further reasons that are not listed. */
  readonly more: number
}

/** What has been seen of a stream so far, added up session by session; its size has a bound. */
export interface Observations {
  readonly sessions: number
  readonly completeSessions: number
  /** When the first one began, Unix milliseconds; null without any. */
  readonly firstObjectMs: number | null
  /** When the newest object came of the open session that has been silent for longest; null without an open one. */
  readonly openSinceMs: number | null
  /** The first of those that sessions give. */
  readonly reasons: readonly Reason[]
  readonly more: number
}

const maxReasons = 100

const earlier = (ms: number | null, otherMs: number): number => Math.min(ms ?? otherMs, otherMs)

export const noObservations: Observations = {
  sessions: 0,
  completeSessions: 0,
  firstObjectMs: null,
  openSinceMs: null,
  reasons: [],
  more: 0,
}

/** What has been seen after one more session. */
export function observe(expectations: Expectations, seen: Observations, session: SessionView): Observations {
  const { reasons, more } = limited([...seen.reasons, ...judgeSession(expectations, session)], seen.more)
  return {
    sessions: seen.sessions + 1,
    completeSessions: seen.completeSessions + (session.isComplete ? 1 : 0),
    firstObjectMs: earlier(seen.firstObjectMs, session.firstObjectMs),
    openSinceMs:
      session.phase === 'open' ? earlier(seen.openSinceMs, session.lastObjectMs) : seen.openSinceMs,
    reasons,
    more,
  }
}

/** The verdict on a stream at a time, both times in Unix milliseconds; `codes` are those of all its uploads. */
export function verdictOf(
  expectations: Expectations,
  seen: Observations,
  codes: Totals['codes'],
  { createdMs, nowMs }: { readonly createdMs: number; readonly nowMs: number },
): Verdict {
  const all = [
    ...judgeFindings(expectations, codes),
    ...judgeStart(expectations, seen, createdMs, nowMs),
    ...judgeSessionCount(expectations, seen),
    ...seen.reasons,
  ]
  const { reasons, more } = limited(all, seen.more)
  const state = reasons[0]?.state ?? 'pass'
  return { state, reasons, more }
}

/** When the verdict may change although nothing more is received, Unix milliseconds; null for never. */
export function nextChangeMs(
  { latestStart }: Expectations,
  { openSinceMs, firstObjectMs }: Observations,
  {
    createdMs,
    nowMs,
    idleMs,
  }: { readonly createdMs: number; readonly nowMs: number; readonly idleMs: number },
): number | null {
  const silenceMs = openSinceMs === null ? null : openSinceMs + idleMs + 1
  if (latestStart === null || firstObjectMs !== null) return silenceMs
  const lateMs = createdMs + latestStart * 1_000 + 1
  return lateMs > nowMs ? earlier(silenceMs, lateMs) : silenceMs
}

/** The first reasons, those that are wrong before those still to come; the others are counted. */
function limited(reasons: readonly Reason[], more: number): Pick<Verdict, 'reasons' | 'more'> {
  const ordered = [
    ...reasons.filter(({ state }) => state === 'fail'),
    ...reasons.filter(({ state }) => state === 'pending'),
  ]
  return { reasons: ordered.slice(0, maxReasons), more: more + Math.max(0, ordered.length - maxReasons) }
}

function judgeFindings(expectations: Expectations, codes: Totals['codes']): readonly Reason[] {
  const { maxErrors, maxWarnings } = expectations
  const counted = (Object.entries(codes) as [CodeWithSeverity, number][]).filter(([, count]) => count > 0)
  return [
    ...tooMany('max_errors', 'error', maxErrors),
    ...(maxWarnings === null ? [] : tooMany('max_warnings', 'warning', maxWarnings)),
  ]

  function tooMany(about: Aspect, severity: Severity, max: number): readonly Reason[] {
    const found = counted.filter(([name]) => severityIn(expectations, name) === severity)
    const sum = found.reduce((total, [, count]) => total + count, 0)
    if (sum <= max) return []
    const named = found.slice(0, maxNamedCodes).map(([name, count]) => `${codeOf(name)} ${count}`)
    if (found.length > maxNamedCodes) named.push(`${found.length - maxNamedCodes} other codes`)
    const received = `received ${sum}: ${named.join(', ')}`
    return [failed(about, `expected at most ${max} findings of severity ${severity}, ${received}`)]
  }
}

const maxNamedCodes = 10

/** The severity that a finding has by the user's rules; null for one that does not count. */
function severityIn({ rules }: Expectations, name: CodeWithSeverity): Severity | null {
  const rule = rules[codeOf(name)]
  if (rule === 'off') return null
  return rule ?? severities.find((severity) => name.endsWith(` ${severity}`)) ?? null
}

function judgeStart(
  { latestStart }: Expectations,
  { firstObjectMs }: Observations,
  createdMs: number,
  nowMs: number,
): readonly Reason[] {
  if (latestStart === null) return []
  const seconds = ((firstObjectMs ?? nowMs) - createdMs) / 1_000
  if (seconds <= latestStart) return []
  const expected = `expected the first session within ${latestStart} s of the stream's creation`
  const received = firstObjectMs === null ? 'received none' : `received it after ${seconds.toFixed(1)} s`
  return [failed('latest_start', `${expected}, ${received}`)]
}

function judgeSessionCount({ sessions }: Expectations, seen: Observations): readonly Reason[] {
  const { min, max } = sessions
  if (max !== null && seen.sessions > max)
    return [failed('sessions', `expected at most ${max} sessions, received ${seen.sessions}`)]
  if (seen.completeSessions >= min) return []
  const running = seen.sessions - seen.completeSessions
  const received = `received ${seen.completeSessions}${running > 0 ? `, and ${running} incomplete` : ''}`
  const message = `expected at least ${min} complete ${min === 1 ? 'session' : 'sessions'}, ${received}`
  return [{ state: 'pending', about: 'sessions', message }]
}
