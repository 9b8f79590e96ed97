import type { Upload } from '../../uploads/upload.ts'
import { add, type Context, type Evaluation, sessionEvent } from '../evaluation.ts'
import { completeSession } from '../matter/matter-session.ts'
import { noSession } from '../object-name.ts'
import { at, newSession, type Session } from '../state.ts'
import { textDigest } from '../track-names.ts'

/** The session of a cmaf-ingest object. Its first object opens it, and an object after its end reopens it. */
export function enterSession(
  evaluation: Evaluation,
  { name, receivedMs, upload }: Context,
): Evaluation & { readonly session: Session } {
  const known = at(evaluation.state.sessions, name.session)
  if (known?.phase === 'open') return { ...evaluation, session: known }
  const session: Session = known
    ? { ...known, phase: 'open' }
    : { ...newSession(name.session, receivedMs), device: deviceOf(upload) }
  const events = [sessionEvent(known ? 'session-reopened' : 'session-opened', session)]
  return { ...add(evaluation, { session, events }), session }
}

/** Digest of the client certificate that an upload came with; undefined without one. */
export const deviceOf = ({ sender }: Upload): string | undefined =>
  sender.device ? textDigest(sender.device.fingerprint) : undefined

/** Ends a session: after a static MPD, or when all its tracks have ended. */
export const endSession = (evaluation: Evaluation, session: Session): Evaluation =>
  add(evaluation, completeSession(session))

export function endIfAllEnded(evaluation: Evaluation): Evaluation {
  const tracks = Object.values(evaluation.session?.tracks ?? {}).filter(
    ({ isHeader, segmentCount }) => !isHeader || segmentCount > 0,
  )
  if (evaluation.session?.phase !== 'open' || tracks.length === 0) return evaluation
  return tracks.every(({ phase }) => phase === 'completed')
    ? endSession(evaluation, evaluation.session)
    : evaluation
}

/** Whether a session has ended well; one without number in the path may end by silence. */
export const isComplete = ({ phase, key }: Session): boolean =>
  phase === 'complete' || (phase === 'silent' && key === noSession)
