import { noSession } from './object-name.ts'
import { type SessionEvent, sessionEvent } from './session-events.ts'
import type { Session, State } from './state.ts'

/** How long a session may be silent before it counts as ended. */
export const defaultIdleMs = 60_000

/**
 * Ends the sessions that have been silent for too long. Judging does the same before each upload, by the
 * times in the journal, so that a replay without a clock comes to the same end.
 */
export function closeIdle(
  state: State,
  nowMs: number,
  idleMs: number = defaultIdleMs,
): { readonly state: State; readonly events: readonly SessionEvent[] } {
  const idle = Object.values(state.sessions).filter(
    ({ phase, lastObjectMs }) => phase === 'open' && nowMs - lastObjectMs > idleMs,
  )
  if (idle.length === 0) return { state, events: [] }
  const silent = idle.map((session) => [session.key, { ...session, phase: 'silent' as const }] as const)
  const isOpenIdle = idle.some(({ key }) => key === state.order.open)
  const order = isOpenIdle ? { ...state.order, open: null } : state.order
  const sessions = { ...state.sessions, ...Object.fromEntries(silent) }
  return { state: { order, sessions }, events: idle.map(eventOf) }
}

/** Where no end is announced, silence is the end; elsewhere the end is missing. */
const eventOf = (session: Session): SessionEvent =>
  sessionEvent(
    session.announced || session.key !== noSession ? 'session-abandoned' : 'session-completed',
    session,
  )
