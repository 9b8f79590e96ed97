import { excerpt } from '../finding.ts'
import { at } from '../state.ts'
import type {
  ReferenceFault,
  ReferenceSession,
  ReferenceState,
  ReferenceStream,
  ReferenceTrack,
  ReferenceUpload,
} from './reference-state.ts'

/** What was done so far about one upload. */
export interface ReferenceStep {
  readonly state: ReferenceState
  /** The session that the upload is put into; null for none. */
  readonly session: ReferenceSession | null
  readonly faults: readonly ReferenceFault[]
}

/** An upload whose path a route of the reference takes: what is before the last dot, and what is behind it. */
export interface RoutedUpload extends ReferenceUpload {
  readonly stem: string
  readonly extension: string
}

/**
 * Opens a session where none is open. The reference does so for each object that needs one, and ignores the number in
 * its path.
 */
export const withOpenSession = (
  step: ReferenceStep,
): ReferenceStep & { readonly session: ReferenceSession } => {
  const session = step.session ?? newReferenceSession(step.state.sessions + 1)
  return { ...withReferenceSession(step, session), session }
}

export const withReferenceSession = (step: ReferenceStep, session: ReferenceSession): ReferenceStep => ({
  ...step,
  session,
  state: { sessions: Math.max(step.state.sessions, session.id), last: session },
})

/** A session before its first object. */
export const newReferenceSession = (id: number): ReferenceSession => ({
  id,
  isComplete: false,
  segmentCount: 0,
  manifestCount: 0,
  tracks: {},
  hlsTrackCount: null,
  hlsCompletedTracks: 0,
})

const newTrack: ReferenceTrack = { phase: 'not_started', segmentCount: 0 }

/** The reference has no limit; beyond this one, a session's further tracks are new with each upload. */
const maxTracks = 1_000

export const referenceTrackIn = ({ tracks }: ReferenceSession, name: string): ReferenceTrack =>
  at(tracks, name) ?? newTrack

export function withReferenceTrack(
  session: ReferenceSession,
  name: string,
  track: ReferenceTrack,
): ReferenceSession {
  if (!at(session.tracks, name) && Object.keys(session.tracks).length >= maxTracks) return session
  return { ...session, tracks: { ...session.tracks, [name]: track } }
}

/** The name has to be one of those that are expected, where any are. */
export function checkReferenceTrackName(
  { expectedTrackNames: expected }: ReferenceStream,
  name: string,
): readonly ReferenceFault[] {
  if (!expected || expected.length === 0 || expected.includes(name)) return []
  const message = `expected one of the allocated tracks ${expected.join(', ')}, received ${excerpt(name)}`
  return [{ code: 'track-unexpected', message }]
}
