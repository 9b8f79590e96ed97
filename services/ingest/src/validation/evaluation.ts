import type { Inspection } from '../media/inspection.ts'
import type { Stream } from '../streams/stream.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Finding } from './finding.ts'
import type { ObjectName } from './object-name.ts'
import type { Precondition } from './preconditions.ts'
import { at, newTrack, type Session, type State, type Track, withSession, withTrack } from './state.ts'

/** One upload on its way to its verdict. */
export interface Arrival {
  readonly upload: Upload
  /** What its bytes say; null when nobody looked (a body that was cut off). */
  readonly inspection: Inspection | null
  /** SHA-256 of the newest whole upload at its path before it; null when there is none. */
  readonly previous: string | null
  /** Its path is a folder of other objects, or one of its folders is an object. */
  readonly clashes: boolean
}

/** Everything that rules look at, the same for all rules of one arrival. */
export interface Context extends Arrival {
  readonly stream: Stream
  readonly name: ObjectName
  /** The extension in lower case, without its dot. */
  readonly extension: string
  readonly receivedMs: number
}

/** What an upload, or silence, did to a session; `session` is its id. */
export type SessionEvent =
  | {
      readonly kind: 'session-opened' | 'session-completed' | 'session-abandoned' | 'session-reopened'
      readonly session: string
    }
  | { readonly kind: 'track-completed'; readonly session: string; readonly track: string }

/** What one rule, or several after another, made of an arrival. */
export interface Evaluation {
  readonly state: State
  /** The session that the arrival belongs to, null for none. */
  readonly session: Session | null
  readonly track: string | null
  readonly findings: readonly Finding[]
  readonly events: readonly SessionEvent[]
  readonly preconditions: readonly Precondition[]
}

export type Update = Partial<Omit<Evaluation, 'state'>>

/** Adds to a evaluation; a changed session is put into the state. */
export function add(evaluation: Evaluation, update: Update): Evaluation {
  const session = update.session ?? evaluation.session
  return {
    state: update.session ? withSession(evaluation.state, update.session) : evaluation.state,
    session,
    track: update.track ?? evaluation.track,
    findings: update.findings ? [...evaluation.findings, ...update.findings] : evaluation.findings,
    events: update.events ? [...evaluation.events, ...update.events] : evaluation.events,
    preconditions: update.preconditions
      ? [...evaluation.preconditions, ...update.preconditions]
      : evaluation.preconditions,
  }
}

/** Several changes as one; session and track are the last that one of them has. */
export function mergeUpdates(...updates: readonly Update[]): Update {
  const findings: Finding[] = []
  const events: SessionEvent[] = []
  const preconditions: Precondition[] = []
  for (const update of updates) {
    if (update.findings) findings.push(...update.findings)
    if (update.events) events.push(...update.events)
    if (update.preconditions) preconditions.push(...update.preconditions)
  }
  return { ...Object.assign({}, ...updates), findings, events, preconditions }
}

/** The track as it is known; one that never came before is new, in an ended session it has ended. */
export function trackIn(session: Session, name: string): Track {
  const track = at(session.tracks, name)
  if (track) return track
  return session.phase === 'complete' ? { ...newTrack(name), phase: 'completed' } : newTrack(name)
}

/** Ends a track once. */
export function endTrack(session: Session, track: Track): Required<Pick<Update, 'session' | 'events'>> {
  if (track.phase === 'completed') return { session: withTrack(session, track), events: [] }
  const events = [{ kind: 'track-completed' as const, session: session.id, track: track.name }]
  return { session: withTrack(session, { ...track, phase: 'completed' }), events }
}

export const sessionEvent = (
  kind: Exclude<SessionEvent['kind'], 'track-completed'>,
  session: { readonly id: string },
): SessionEvent => ({ kind, session: session.id })
