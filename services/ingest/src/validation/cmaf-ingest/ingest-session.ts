import { add, type Context, type Evaluation } from '../evaluation.ts'
import { completeSession } from '../matter/matter-session.ts'
import { noSession } from '../object-name.ts'
import { sessionEvent } from '../session-events.ts'
import { at, newSession, type Session } from '../state.ts'

/** The session of a cmaf-ingest object: it opens with whatever comes first and again after its end. */
export function enterSession(
  step: Evaluation,
  { name, receivedMs }: Context,
): Evaluation & { readonly session: Session } {
  const known = at(step.state.sessions, name.session)
  if (known?.phase === 'open') return { ...step, session: known }
  const session: Session = known ? { ...known, phase: 'open' } : newSession(name.session, receivedMs)
  const events = [sessionEvent(known ? 'session-reopened' : 'session-opened', session)]
  return { ...add(step, { session, events }), session }
}

/** A static MPD ends a session, and so does the end of all its tracks. */
export const endSession = (step: Evaluation, session: Session): Evaluation =>
  add(step, completeSession(session))

export function endIfAllEnded(step: Evaluation): Evaluation {
  const tracks = Object.values(step.session?.tracks ?? {})
  if (step.session?.phase !== 'open' || tracks.length === 0) return step
  return tracks.every(({ phase }) => phase === 'completed') ? endSession(step, step.session) : step
}

/** Where no manifest and no number says so, silence is a good end. */
export const isComplete = ({ phase, key }: Session): boolean =>
  phase === 'complete' || (phase === 'silent' && key === noSession)
