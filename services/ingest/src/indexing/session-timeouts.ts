import type { EventBus } from '../events/event-bus.ts'
import { closeIdle } from '../validation/idle-sessions.ts'
import { initialState, type Session } from '../validation/state.ts'
import { logEnd, type ResultLog } from './log-results.ts'

/**
 * Publishes the event of a session that ends because its device falls silent. Nothing is written: readers of the
 * session conclude the same from the clock, and the verdict of the next upload from the times in the journal.
 */
export interface SessionTimeouts extends Disposable {
  /** Starts the session's timeout again; `session` is as it stands after its newest object. */
  touch(stream: string, session: Session): void
}

/** If the verdict arrives after the timeout, wait 1 s more: later uploads may already be queued. */
const lateMs = 1_000

export function createSessionTimeouts(
  eventBus: Pick<EventBus, 'publish'>,
  resultLog: Pick<ResultLog, 'ended'>,
  idleMs: number,
  now: () => Date,
): SessionTimeouts {
  const timers = new Map<string, NodeJS.Timeout>()
  return {
    touch(stream, session) {
      const timerKey = `${stream}/${session.key}`
      clearTimeout(timers.get(timerKey))
      timers.delete(timerKey)
      const left = endOf(session) - now().getTime()
      if (session.phase !== 'open') return
      const timer = setTimeout(publishEnd, left > 0 ? left : lateMs, timerKey, stream, session)
      timers.set(timerKey, timer.unref())
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }

  function endOf({ lastObjectMs }: Session): number {
    return lastObjectMs + idleMs + 1
  }

  function publishEnd(timerKey: string, stream: string, session: Session): void {
    timers.delete(timerKey)
    const at = now().toISOString()
    const state = { ...initialState, sessions: { [session.key]: session } }
    // As of the end of the timeout, not of the clock: a timer may be a millisecond early.
    for (const event of closeIdle(state, endOf(session), idleMs).events) {
      eventBus.publish({ ...event, stream, at })
      logEnd(resultLog, stream, session, event.kind)
    }
  }
}
