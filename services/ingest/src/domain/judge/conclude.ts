import { catalogue } from './catalogue.ts'
import type { SessionEvent } from './events.ts'
import type { Finding } from './finding.ts'
import type { Situation } from './situation.ts'
import { at, type Session, type State, type Track, withTrack } from './state.ts'
import type { Context, Step } from './step.ts'

/** A verdict, and what the stream has come to with it. */
export interface Judged {
  readonly state: State
  readonly findings: readonly Finding[]
  /** Id of the session that the upload belongs to; null for none. */
  readonly session: string | null
  readonly track: string | null
  /** The list of its session that shows it. */
  readonly list: 'segments' | 'manifests' | null
  readonly events: readonly SessionEvent[]
  /** What happened for the first time in this session. */
  readonly situations: readonly Situation[]
}

/** A step as a verdict: what was told before is left out, what was told now is remembered. */
export function concluded(context: Context, step: Step): Judged {
  const { session, track } = step
  const ofTrack = session && track !== null ? at(session.tracks, track) : undefined
  const findings = step.findings.filter((finding) => !isTold(finding, session, ofTrack))
  const known = new Set<string>(session?.situations)
  const situations = [...new Set(step.situations)].filter((situation) => !known.has(situation))
  const told = session ? remember(session, ofTrack, { findings, situations, atMs: context.receivedMs }) : null
  return {
    state: told ? { ...step.state, sessions: { ...step.state.sessions, [told.key]: told } } : step.state,
    findings,
    session: session?.id ?? null,
    track: session ? track : null,
    list: session ? (isManifest(context) ? 'manifests' : 'segments') : null,
    events: step.events,
    situations,
  }
}

const isManifest = ({ extension }: Context): boolean => extension === 'mpd' || extension === 'm3u8'

const onceOf = (code: Finding['code']): 'track' | 'session' | undefined => {
  const entry = catalogue[code]
  return 'once' in entry ? entry.once : undefined
}

function isTold({ code, severity }: Finding, session: Session | null, track: Track | undefined): boolean {
  const once = onceOf(code)
  if (once === undefined || !session) return false
  if (once === 'session' || !track) return session.told.includes(code)
  return track.told.includes(code) || (severity !== 'error' && isTiresome(code, session))
}

/** What as many tracks do is no news of one more, and need not be remembered of it. */
const isTiresome = (code: Finding['code'], { tracks }: Session): boolean =>
  Object.values(tracks).filter(({ told }) => told.includes(code)).length >= 8

function remember(
  session: Session,
  track: Track | undefined,
  news: { findings: readonly Finding[]; situations: readonly Situation[]; atMs: number },
): Session {
  const once = (which: 'track' | 'session') =>
    news.findings.map(({ code }) => code).filter((code) => onceOf(code) === which)
  const ofSession = track ? once('session') : [...once('session'), ...once('track')]
  const next: Session = {
    ...session,
    lastObjectMs: Math.max(session.lastObjectMs, news.atMs),
    told: [...new Set([...session.told, ...ofSession])],
    situations: [...session.situations, ...news.situations],
  }
  const ofTrack = track ? once('track') : []
  return track && ofTrack.length > 0
    ? withTrack(next, { ...track, told: [...new Set([...track.told, ...ofTrack])] })
    : next
}
