import type { Inspection } from '../media/inspection.ts'
import type { Stream } from '../streams/stream.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Finding, WithdrawnFinding } from './finding.ts'
import type { ObjectName } from './object-name.ts'
import type { Precondition } from './preconditions.ts'
import { at, newTrack, type Session, type State, type Track, withSession, withTrack } from './state.ts'
import type { IdentifiedObject } from './tracks/identified-object.ts'

/** One upload that is to be validated. */
export interface Arrival {
  readonly upload: Upload
  /** The facts in its bytes; null for a body that was cut off, which is not inspected. */
  readonly inspection: Inspection | null
  /** SHA-256 of the newest whole upload at its path before it; null when there is none. */
  readonly previous: string | null
  /** Whether its path is a folder of other objects, or one of its folders is an object. */
  readonly clashes: boolean
}

/** The input of all checks of one arrival, besides the state. */
export interface Context extends Arrival {
  readonly stream: Stream
  readonly name: ObjectName
  /** The features that identify its track; null on dash and hls streams. */
  readonly object: IdentifiedObject | null
  /** The track whose init segment its track shares; null for none, and on dash and hls streams. */
  readonly header: string | null
  /** The extension in lower case, without its dot. */
  readonly extension: string
  readonly receivedMs: number
}

/** A change of a session by an upload or by silence; `session` is its id, `track` the track's name. */
export type SessionEvent =
  | {
      readonly kind: 'session-opened' | 'session-completed' | 'session-abandoned' | 'session-reopened'
      readonly session: string
    }
  | { readonly kind: 'track-completed'; readonly session: string; readonly track: string }

/** The result of the checks so far: findings, events, and the state with the arrival in it. */
export interface Evaluation {
  readonly state: State
  /** The session that the arrival belongs to; null for none. */
  readonly session: Session | null
  readonly track: string | null
  readonly findings: readonly Finding[]
  readonly events: readonly SessionEvent[]
  readonly preconditions: readonly Precondition[]
  /** The session that a new one of the same number takes the place of; null for none. */
  readonly replaced: Session | null
  /** The ended session that it belongs to, and its init segment; absent for all but late parts of a long request. */
  readonly before?: { readonly session: string; readonly init: string | null }
  /** Findings of earlier uploads that this one makes untrue. */
  readonly withdrawn: readonly WithdrawnFinding[]
}

/** What one check adds to an evaluation; `session` and `track` replace those before. */
export type Update = Partial<Omit<Evaluation, 'state' | 'replaced' | 'before'>>

/** The evaluation with an update; a changed session is put into the state as well. */
export function add(evaluation: Evaluation, update: Update): Evaluation {
  return {
    replaced: evaluation.replaced,
    state: update.session ? withSession(evaluation.state, update.session) : evaluation.state,
    session: update.session ?? evaluation.session,
    track: update.track ?? evaluation.track,
    findings: concat(evaluation.findings, update.findings),
    events: concat(evaluation.events, update.events),
    preconditions: concat(evaluation.preconditions, update.preconditions),
    withdrawn: concat(evaluation.withdrawn, update.withdrawn),
  }
}

/** The first list itself where there is nothing to add, as for most uploads. */
const concat = <Value>(one: readonly Value[], other: readonly Value[] | undefined): readonly Value[] =>
  other === undefined || other.length === 0 ? one : one.length === 0 ? other : [...one, ...other]

/** Several updates as one, in their order; the last session and the last track count. */
export function mergeUpdates(...updates: readonly Update[]): Update {
  const merged: { -readonly [Key in keyof Update]: Update[Key] } = {}
  let [findings, events, preconditions, withdrawn] = noLists
  for (const update of updates) {
    if (update.session !== undefined) merged.session = update.session
    if (update.track !== undefined) merged.track = update.track
    findings = concat(findings, update.findings)
    events = concat(events, update.events)
    preconditions = concat(preconditions, update.preconditions)
    withdrawn = concat(withdrawn, update.withdrawn)
  }
  merged.findings = findings
  merged.events = events
  merged.preconditions = preconditions
  merged.withdrawn = withdrawn
  return merged
}

const noLists: readonly [
  readonly Finding[],
  readonly SessionEvent[],
  readonly Precondition[],
  readonly WithdrawnFinding[],
] = [[], [], [], []]

/** The track in the session, or a new one; new in a complete session, it is completed. */
export function trackIn(session: Session, name: string): Track {
  const track = at(session.tracks, name)
  if (track) return track
  return session.phase === 'complete' ? { ...newTrack(name), phase: 'completed' } : newTrack(name)
}

/** Puts the track into the session as completed; the event comes only the first time. */
export function endTrack(session: Session, track: Track): Required<Pick<Update, 'session' | 'events'>> {
  if (track.phase === 'completed') return { session: withTrack(session, track), events: [] }
  const events = [{ kind: 'track-completed' as const, session: session.id, track: track.name }]
  return { session: withTrack(session, { ...track, phase: 'completed' }), events }
}

export const sessionEvent = (
  kind: Exclude<SessionEvent['kind'], 'track-completed'>,
  session: { readonly id: string },
): SessionEvent => ({ kind, session: session.id })
