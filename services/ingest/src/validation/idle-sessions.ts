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

/** A session without manifest and number has no other end than silence; for any other, the end is missing. */
const eventOf = (session: Session): SessionEvent =>
  sessionEvent(
    session.announced || session.key !== noSession ? 'session-abandoned' : 'session-completed',
    session,
  )
