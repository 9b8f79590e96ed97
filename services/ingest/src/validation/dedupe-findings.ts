import type { Context, Evaluation } from './evaluation.ts'
import type { Finding } from './finding.ts'
import type { Precondition } from './preconditions.ts'
import { rules } from './rules.ts'
import type { SessionEvent } from './session-events.ts'
import { at, type Session, type State, type Track, withTrack } from './state.ts'

/** A verdict, and what the stream has come to with it. */
export interface Judgement {
  readonly state: State
  readonly findings: readonly Finding[]
  /** Id of the session that the upload belongs to; null for none. */
  readonly session: string | null
  readonly track: string | null
  /** The list of its session that shows it. */
  readonly list: 'segments' | 'manifests' | null
  readonly events: readonly SessionEvent[]
  /** What happened for the first time in this session. */
  readonly preconditions: readonly Precondition[]
}

/** A step as a verdict: what was told before is left out, what was told now is remembered. */
export function dedupeFindings(context: Context, step: Evaluation): Judgement {
  const { session, track } = step
  const ofTrack = session && track !== null ? at(session.tracks, track) : undefined
  const findings = step.findings.filter((finding) => !isTold(finding, session, ofTrack))
  const known = new Set<string>(session?.preconditions)
  const preconditions = [...new Set(step.preconditions)].filter((precondition) => !known.has(precondition))
  const told = session
    ? remember(session, ofTrack, { findings, preconditions, atMs: context.receivedMs })
    : null
  return {
    state: told ? { ...step.state, sessions: { ...step.state.sessions, [told.key]: told } } : step.state,
    findings,
    session: session?.id ?? null,
    track: session ? track : null,
    list: session ? (isManifest(context) ? 'manifests' : 'segments') : null,
    events: step.events,
    preconditions,
  }
}

const isManifest = ({ extension }: Context): boolean => extension === 'mpd' || extension === 'm3u8'

const onceOf = (code: Finding['code']): 'track' | 'session' | undefined => {
  const entry = rules[code]
  return 'once' in entry ? entry.once : undefined
}

function isTold({ code, severity }: Finding, session: Session | null, track: Track | undefined): boolean {
  const once = onceOf(code)
  if (once === undefined || !session) return false
  if (once === 'session' || !track) return session.reported.includes(code)
  return track.reported.includes(code) || (severity !== 'error' && isTiresome(code, session))
}

/** What as many tracks do is no news of one more, and need not be remembered of it. */
const isTiresome = (code: Finding['code'], { tracks }: Session): boolean =>
  Object.values(tracks).filter(({ reported }) => reported.includes(code)).length >= 8

function remember(
  session: Session,
  track: Track | undefined,
  news: { findings: readonly Finding[]; preconditions: readonly Precondition[]; atMs: number },
): Session {
  const once = (which: 'track' | 'session') =>
    news.findings.map(({ code }) => code).filter((code) => onceOf(code) === which)
  const ofSession = track ? once('session') : [...once('session'), ...once('track')]
  const next: Session = {
    ...session,
    lastObjectMs: Math.max(session.lastObjectMs, news.atMs),
    endedMs: session.phase === 'complete' ? (session.endedMs ?? news.atMs) : null,
    reported: [...new Set([...session.reported, ...ofSession])],
    preconditions: [...session.preconditions, ...news.preconditions],
  }
  const ofTrack = track ? once('track') : []
  return track && ofTrack.length > 0
    ? withTrack(next, { ...track, reported: [...new Set([...track.reported, ...ofTrack])] })
    : next
}
