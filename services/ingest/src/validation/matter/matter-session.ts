import { add, type Context, type Evaluation, sessionEvent, type Update } from '../evaluation.ts'
import { type Finding, finding } from '../finding.ts'
import { mayAddTrack } from '../limits.ts'
import { parseObjectName } from '../object-name.ts'
import { deviceOf } from '../sessions/restart.ts'
import { at, newSession, type Order, type Session, type State, type Track, withSession } from '../state.ts'

/** Adds the session that a path names, reopened if it is silent; none before its first object. */
export function findSession(evaluation: Evaluation, context: Context): Evaluation {
  const session = at(evaluation.state.sessions, context.name.session)
  if (!session) return evaluation
  if (session.phase !== 'silent') return { ...evaluation, session }
  const awake: Session = { ...session, phase: 'open' }
  const woken = add(evaluation, { session: awake, events: [sessionEvent('session-reopened', awake)] })
  if (!awake.announced || woken.state.order.open !== null) return woken
  return { ...woken, state: { ...woken.state, order: { ...woken.state.order, open: awake.key } } }
}

/** Whether the session of this number has ended, so that a manifest that opens one begins another. */
export function isSessionOver({ state }: Evaluation, { name }: Context): boolean {
  const session = at(state.sessions, name.session)
  if (!session) return false
  if (session.phase === 'silent') return session.announced && session.segmentCount > 0
  return session.phase !== 'open'
}

/** A session whose objects come before its manifest; the open session stays open. */
export const newUnannouncedSession = ({ name, receivedMs }: Context): Session =>
  newSession(name.session, receivedMs)

/** Opens a session with its first manifest: the one before it, if still open, is abandoned. */
export function openSession(evaluation: Evaluation, context: Context): Evaluation {
  const { name, receivedMs } = context
  const { order, sessions } = evaluation.state
  const before = at(sessions, name.session)
  // Objects before their manifest belong to the session that it opens; those of an ended session do not.
  const isReused = isSessionOver(evaluation, context)
  const fresh =
    before && !isReused ? before : newSession(name.session, receivedMs, (before?.generation ?? 0) + 1)
  const session: Session = { ...fresh, phase: 'open', announced: true, shortDevice: deviceOf(context) }
  const abandoned = abandon(evaluation.state, session.key)
  const opened: Order = { open: session.key, last: session.key }
  const next: Evaluation = { ...evaluation, state: { ...abandoned.state, order: opened } }
  const numbered = isReused ? [numberReused(name.session)] : checkSessionNumber(order, name.session)
  return add(next, {
    session,
    findings: [...numbered, ...(abandoned.change.findings ?? [])],
    events: [
      ...(abandoned.change.events ?? []),
      ...(fresh === before ? [] : [sessionEvent('session-opened', session)]),
    ],
    preconditions: ['matter-session'],
  })
}

/** Whether this server did not look into a manifest because of its own limits. */
export const isBeyondLimits = ({ inspection }: Context): boolean =>
  (inspection?.faults ?? []).some(
    ({ code }) => code === 'manifest-too-large' || code === 'manifest-encoding-unknown',
  )

/**
 * Opens a session for a manifest that this server did not inspect, where none is open, so that segments behind it do
 * not count as early.
 */
export function openIfNone(evaluation: Evaluation, context: Context): Evaluation {
  const found = findSession(evaluation, context)
  return found.session?.announced ? found : openSession(evaluation, context)
}

function abandon(state: State, next: string): { readonly state: State; readonly change: Update } {
  const open = state.order.open === null ? undefined : at(state.sessions, state.order.open)
  if (open?.phase !== 'open' || open.key === next) return { state, change: {} }
  const abandoned: Session = { ...open, phase: 'abandoned' }
  const message = `expected the end of session_${open.key} before the next session, received the start of session_${next}`
  return {
    state: withSession(state, abandoned),
    change: {
      findings: [finding('session-abandoned', message)],
      events: [sessionEvent('session-abandoned', abandoned)],
    },
  }
}

/**
 * Session numbers count up by 1. A camera that is moved to another stream goes on counting, so a wrong first number
 * is a warning.
 */
function checkSessionNumber({ last }: Order, received: string): readonly Finding[] {
  const expected = last === null ? 1n : BigInt(last) + 1n
  if (BigInt(received) === expected) return []
  const message = `expected session_${expected}, received session_${received}`
  return [finding('session-number', message, last === null ? 'warning' : 'error')]
}

const numberReused = (key: string): Finding =>
  finding('session-number-reused', `expected a new session number, session_${key} has ended before`)

/** Whether no more objects of the track are expected. */
export const hasTrackEnded = (session: Session, track: Track): boolean =>
  track.phase === 'completed' || session.phase === 'complete' || session.phase === 'abandoned'

/** The session and its tracks as complete, with one event for each that was not. */
export function completeSession(session: Session): Required<Pick<Update, 'session' | 'events'>> {
  const tracks = Object.values(session.tracks)
  const ended = tracks.map((track) => [track.name, { ...track, phase: 'completed' as const }] as const)
  const complete: Session = { ...session, phase: 'complete', tracks: Object.fromEntries(ended) }
  const endings = tracks
    .filter(({ phase }) => phase !== 'completed')
    .map(({ name }) => ({ kind: 'track-completed' as const, session: session.id, track: name }))
  return { session: complete, events: [...endings, sessionEvent('session-completed', complete)] }
}

/** Records that the session of this key is not open any more. */
export function closeOrder(evaluation: Evaluation, key: string): Evaluation {
  if (evaluation.state.order.open !== key) return evaluation
  return { ...evaluation, state: { ...evaluation.state, order: { ...evaluation.state.order, open: null } } }
}

/** One finding for each expected track without an object, and without one on its way. */
export function missingTracks(context: Context, session: Session): readonly Finding[] {
  const { stream, upload } = context
  const open = (upload.beside ?? []).map((path) => parseObjectName(stream.interface, path))
  const isOpen = (track: string) => open.some((name) => name.track === track && name.session === session.key)
  const missing = missingNames(stream.expectedTrackNames, session).filter((name) => !isOpen(name))
  return missing.map((name) =>
    finding('track-missing', `expected track ${name}, the session ended without any object of it`),
  )
}

/** Expected tracks without an object; beyond the limit of tracks, what came is not recorded. */
export const missingNames = (expected: readonly string[] | null, session: Session): readonly string[] =>
  (expected ?? []).filter((name) => !at(session.tracks, name) && mayAddTrack(session, name))
