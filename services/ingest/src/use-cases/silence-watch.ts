import { closeIdle } from '../domain/judge/idle.ts'
import { initialState, type Session } from '../domain/judge/state.ts'
import type { Feed } from './ports.ts'

/**
 * Tells the feed when silence ends a session. Nothing is written: whoever asks for the session sees the same
 * by the clock, and the next upload's verdict comes to it by the times in the journal.
 */
export interface SilenceWatch extends Disposable {
  /** A session as it stands after its newest object. */
  heard(stream: string, session: Session): void
}

export function watchSilence(feed: Pick<Feed, 'publish'>, idleMs: number, now: () => Date): SilenceWatch {
  const timers = new Map<string, NodeJS.Timeout>()
  return {
    heard(stream, session) {
      const place = `${stream}/${session.key}`
      clearTimeout(timers.get(place))
      timers.delete(place)
      const left = session.lastObjectMs + idleMs + 1 - now().getTime()
      if (session.phase !== 'open' || left < 0) return
      const timer = setTimeout(fallSilent, left, place, stream, session)
      timers.set(place, timer.unref())
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }

  function fallSilent(place: string, stream: string, session: Session): void {
    timers.delete(place)
    const at = now()
    const state = { ...initialState, sessions: { [session.key]: session } }
    for (const event of closeIdle(state, at.getTime(), idleMs).events)
      feed.publish({ ...event, stream, at: at.toISOString() })
  }
}
