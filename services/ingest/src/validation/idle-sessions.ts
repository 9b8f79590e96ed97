import { type SessionEvent, sessionEvent } from './evaluation.ts'
import { noSession } from './object-name.ts'
import type { Session, State } from './state.ts'

/** Silence after which a session counts as ended. */
export const defaultIdleMs = 60_000

/**
 * Ends the sessions without an object for more than `idleMs`, as of `nowMs` (Unix time). Validation does the
 * same before each upload with the times in the journal, so that a replay without a clock has the same
 * result.
 */
export function closeIdle(
  state: State,
  nowMs: number,
  idleMs: number = defaultIdleMs,
): { readonly state: State; readonly events: readonly SessionEvent[] } {
  const isIdle = ({ phase, lastObjectMs }: Session) => phase === 'open' && nowMs - lastObjectMs > idleMs
  const sessions = Object.values(state.sessions)
  if (!sessions.some(isIdle)) return { state, events: [] }
  const idle = sessions.filter(isIdle)
  const silent = idle.map((session) => [session.key, { ...session, phase: 'silent' as const }] as const)
  const isOpenIdle = idle.some(({ key }) => key === state.order.open)
  const order = isOpenIdle ? { ...state.order, open: null } : state.order
  const after = { ...state.sessions, ...Object.fromEntries(silent) }
  return { state: { order, sessions: after }, events: idle.map(eventOf) }
}

/**
 * A session without a manifest and without a number can only end by silence, and is complete then. Any other session
 * ends with a manifest, which has not come.
 */
const eventOf = (session: Session): SessionEvent =>
  sessionEvent(
    session.announced || session.key !== noSession ? 'session-abandoned' : 'session-completed',
    session,
  )
