import { add, type Context, type Evaluation, type Update } from '../evaluation.ts'
import { type Finding, find } from '../finding.ts'
import { sessionEvent } from '../session-events.ts'
import { at, newSession, type Order, type Session, type State, type Track, withSession } from '../state.ts'

/** The session that a path names, awake if it had only fallen silent; null when nothing of it ever came. */
export function findSession(step: Evaluation, context: Context): Evaluation {
  const session = at(step.state.sessions, context.name.session)
  if (!session) return step
  if (session.phase !== 'silent') return { ...step, session }
  const awake: Session = { ...session, phase: 'open' }
  const woken = add(step, { session: awake, events: [sessionEvent('session-reopened', awake)] })
  if (!awake.announced || woken.state.order.open !== null) return woken
  return { ...woken, state: { ...woken.state, order: { ...woken.state.order, open: awake.key } } }
}

/** The session of this number has ended, so a manifest that opens one means another. */
export function isOver({ state }: Evaluation, { name }: Context): boolean {
  const session = at(state.sessions, name.session)
  if (!session) return false
  if (session.phase === 'silent') return session.announced && session.segmentCount > 0
  return session.phase !== 'open'
}

/** A session that objects came for before its manifest; it does not take the place of the open one. */
export const unannounced = ({ name, receivedMs }: Context): Session => newSession(name.session, receivedMs)

/** Opens a session with its first manifest: the one before it, if still open, is abandoned. */
export function openSession(step: Evaluation, context: Context): Evaluation {
  const { name, receivedMs } = context
  const { order, sessions } = step.state
  const before = at(sessions, name.session)
  // Objects that came ahead of the manifest belong to it; an ended session of this number does not.
  const isReused = isOver(step, context)
  const fresh =
    before && !isReused ? before : newSession(name.session, receivedMs, (before?.generation ?? 0) + 1)
  const session: Session = { ...fresh, phase: 'open', announced: true }
  const abandoned = abandon(step.state, session.key)
  const opened: Order = { open: session.key, last: session.key }
  const next: Evaluation = { ...step, state: { ...abandoned.state, order: opened } }
  const numbered = isReused ? [reused(name.session)] : numberOf(order, name.session)
  return add(next, {
    session,
    findings: [...numbered, ...(abandoned.change.findings ?? [])],
    events: [
      ...(abandoned.change.events ?? []),
      ...(fresh === before ? [] : [sessionEvent('session-opened', session)]),
    ],
    preconditions: ['matter session'],
  })
}

function abandon(state: State, next: string): { readonly state: State; readonly change: Update } {
  const open = state.order.open === null ? undefined : at(state.sessions, state.order.open)
  if (open?.phase !== 'open' || open.key === next) return { state, change: {} }
  const abandoned: Session = { ...open, phase: 'abandoned' }
  const message = `expected the end of session_${open.key} before the next session, received the start of session_${next}`
  return {
    state: withSession(state, abandoned),
    change: {
      findings: [find('session-abandoned', message)],
      events: [sessionEvent('session-abandoned', abandoned)],
    },
  }
}

/** A camera that was given another stream goes on counting: then only the first object says so. */
function numberOf({ last }: Order, received: string): readonly Finding[] {
  const expected = last === null ? 1n : BigInt(last) + 1n
  if (BigInt(received) === expected) return []
  const message = `expected session_${expected}, received session_${received}`
  return [find('session-number', message, last === null ? 'warning' : 'error')]
}

const reused = (key: string): Finding =>
  find('session-number-reused', `expected a new session number, session_${key} has ended before`)

/** Nothing of the track is expected any more. */
export const isEnded = (session: Session, track: Track): boolean =>
  track.phase === 'completed' || session.phase === 'complete' || session.phase === 'abandoned'

/** Ends a session and its tracks. */
export function completeSession(session: Session): Required<Pick<Update, 'session' | 'events'>> {
  const tracks = Object.values(session.tracks)
  const ended = tracks.map((track) => [track.name, { ...track, phase: 'completed' as const }] as const)
  const complete: Session = { ...session, phase: 'complete', tracks: Object.fromEntries(ended) }
  const endings = tracks
    .filter(({ phase }) => phase !== 'completed')
    .map(({ name }) => ({ kind: 'track-completed' as const, session: session.id, track: name }))
  return { session: complete, events: [...endings, sessionEvent('session-completed', complete)] }
}

/** After a session's end no other is open. */
export function closeOrder(step: Evaluation, key: string): Evaluation {
  if (step.state.order.open !== key) return step
  return { ...step, state: { ...step.state, order: { ...step.state.order, open: null } } }
}

/** Expected tracks of which nothing came, one finding each. */
export function missingTracks({ stream }: Context, session: Session): readonly Finding[] {
  return missingNames(stream.expectedTrackNames, session).map((name) =>
    find('track-missing', `expected track ${name}, the session ended without any object of it`),
  )
}

export const missingNames = (expected: readonly string[] | null, session: Session): readonly string[] =>
  (expected ?? []).filter((name) => !at(session.tracks, name))
