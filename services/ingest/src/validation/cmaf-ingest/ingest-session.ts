import { add, type Context, type Evaluation, endTrack, sessionEvent } from '../evaluation.ts'
import { trackNamesIn } from '../manifests/announcements.ts'
import { isOmittable } from '../manifests/mpd-against-uploads.ts'
import { completeSession } from '../matter/matter-session.ts'
import { noSession } from '../object-name.ts'
import { at, newSession, type Session, type Track } from '../state.ts'

/** The session of a cmaf-ingest object. Its first object opens it, and an object after its end reopens it. */
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

/** Ends a session: after a static MPD, or when all its tracks have ended. */
const endSession = (evaluation: Evaluation, session: Session): Evaluation =>
  add(evaluation, completeSession(session))

/** Ends the tracks that a static MPD speaks for, and the session when none is left. */
export function endTracksOf(evaluation: Evaluation, context: Context, session: Session): Evaluation {
  const names = trackNamesIn(context, session)
  const isEnded = (track: Track) => names.has(track.name) || isOmittable(context, session, track)
  const tracks = Object.values(session.tracks)
  if (tracks.every((track) => track.phase === 'completed' || isEnded(track)))
    return endSession(evaluation, session)
  const ending = tracks.filter((track) => track.phase !== 'completed' && isEnded(track))
  return ending.reduce(
    (ended, track) =>
      add(ended, endTrack(ended.session ?? session, { ...track, endedMs: context.receivedMs })),
    evaluation,
  )
}

/** Ends the session once all of its tracks have ended. */
export function endIfAllEnded(evaluation: Evaluation): Evaluation {
  const { session } = evaluation
  if (session?.phase !== 'open') return evaluation
  const tracks = Object.values(session.tracks)
  if (tracks.some((track) => isOfMedia(track) && track.phase !== 'completed')) return evaluation
  return tracks.some(isOfMedia) ? endSession(evaluation, session) : evaluation
}

/** Whether a track is more than an init segment that others share. */
const isOfMedia = ({ isHeader, segmentCount }: Track): boolean => !isHeader || segmentCount > 0

/** Whether a session has ended well; one without number in the path may end by silence. */
export const isComplete = ({ phase, key }: Session): boolean =>
  phase === 'complete' || (phase === 'silent' && key === noSession)
