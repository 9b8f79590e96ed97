import type { Inspection } from '../media/inspection.ts'
import type { Stream } from '../streams/stream.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Finding } from './finding.ts'
import type { ObjectName } from './object-name.ts'
import type { Precondition } from './preconditions.ts'
import type { SessionEvent } from './session-events.ts'
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

/** Adds to a step; a changed session is put into the state. */
export function add(step: Evaluation, change: Update): Evaluation {
  const session = change.session ?? step.session
  return {
    state: change.session ? withSession(step.state, change.session) : step.state,
    session,
    track: change.track ?? step.track,
    findings: change.findings ? [...step.findings, ...change.findings] : step.findings,
    events: change.events ? [...step.events, ...change.events] : step.events,
    preconditions: change.preconditions
      ? [...step.preconditions, ...change.preconditions]
      : step.preconditions,
  }
}

/** Several changes as one; session and track are the last that one of them has. */
export function merged(...changes: readonly Update[]): Update {
  const findings: Finding[] = []
  const events: SessionEvent[] = []
  const preconditions: Precondition[] = []
  for (const change of changes) {
    if (change.findings) findings.push(...change.findings)
    if (change.events) events.push(...change.events)
    if (change.preconditions) preconditions.push(...change.preconditions)
  }
  return { ...Object.assign({}, ...changes), findings, events, preconditions }
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
