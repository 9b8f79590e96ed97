import type { EventBus } from '../events/event-bus.ts'
import { closeIdle } from '../validation/idle-sessions.ts'
import { initialState, type Session } from '../validation/state.ts'

/**
 * Tells the feed when silence ends a session. Nothing is written: whoever asks for the session sees the same
 * by the clock, and the next upload's verdict comes to it by the times in the journal.
 */
export interface SessionTimeouts extends Disposable {
  /** A session as it stands after its newest object. */
  touch(stream: string, session: Session): void
}

/** A verdict that comes after the silence may have others behind it, which end the silence again. */
const lateMs = 1_000

export function createSessionTimeouts(
  feed: Pick<EventBus, 'publish'>,
  idleMs: number,
  now: () => Date,
): SessionTimeouts {
  const timers = new Map<string, NodeJS.Timeout>()
  return {
    touch(stream, session) {
      const place = `${stream}/${session.key}`
      clearTimeout(timers.get(place))
      timers.delete(place)
      const left = endOf(session) - now().getTime()
      if (session.phase !== 'open') return
      const timer = setTimeout(fallSilent, left > 0 ? left : lateMs, place, stream, session)
      timers.set(place, timer.unref())
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }

  function endOf({ lastObjectMs }: Session): number {
    return lastObjectMs + idleMs + 1
  }

  function fallSilent(place: string, stream: string, session: Session): void {
    timers.delete(place)
    const at = now().toISOString()
    const state = { ...initialState, sessions: { [session.key]: session } }
    // By the silence, not by the clock: a timer may be a millisecond early.
    for (const event of closeIdle(state, endOf(session), idleMs).events)
      feed.publish({ ...event, stream, at })
  }
}
