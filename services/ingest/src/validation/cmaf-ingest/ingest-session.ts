import { add, type Context, type Evaluation, sessionEvent } from '../evaluation.ts'
import { completeSession } from '../matter/matter-session.ts'
import { noSession } from '../object-name.ts'
import { at, newSession, type Session } from '../state.ts'

/** The session of a cmaf-ingest object: it opens with whatever comes first and again after its end. */
export function enterSession(
  evaluation: Evaluation,
  { name, receivedMs }: Context,
): Evaluation & { readonly session: Session } {
  const known = at(evaluation.state.sessions, name.session)
  if (known?.phase === 'open') return { ...evaluation, session: known }
  const session: Session = known ? { ...known, phase: 'open' } : newSession(name.session, receivedMs)
  const events = [sessionEvent(known ? 'session-reopened' : 'session-opened', session)]
  return { ...add(evaluation, { session, events }), session }
}

/** A static MPD ends a session, and so does the end of all its tracks. */
export const endSession = (evaluation: Evaluation, session: Session): Evaluation =>
  add(evaluation, completeSession(session))

export function endIfAllEnded(evaluation: Evaluation): Evaluation {
  const tracks = Object.values(evaluation.session?.tracks ?? {})
  if (evaluation.session?.phase !== 'open' || tracks.length === 0) return evaluation
  return tracks.every(({ phase }) => phase === 'completed')
    ? endSession(evaluation, evaluation.session)
    : evaluation
}

/** Where no manifest and no number says so, silence is a good end. */
export const isComplete = ({ phase, key }: Session): boolean =>
  phase === 'complete' || (phase === 'silent' && key === noSession)
