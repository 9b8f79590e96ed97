import type { EventBus } from '../events/event-bus.ts'
import type { SessionView } from '../streams/session-view.ts'
import { closeIdle } from '../validation/idle-sessions.ts'
import { initialState, type Session } from '../validation/state.ts'
import { logEnd, type ResultLog } from './log-results.ts'

/**
 * Publishes the event of a session that ends because its device falls silent. Nothing is written: readers of the
 * session conclude the same from the clock, and the verdict of the next upload from the times in the journal. Objects
 * that another ingest process has judged since then are seen in the index, which is read when the timeout ends.
 */
export interface SessionTimeouts extends Disposable {
  /** Starts the session's timeout again; `session` is as it stands after its newest object. */
  touch(stream: string, session: Session): void
}

/** If the verdict arrives after the timeout, wait 1 s more: later uploads may already be queued. */
const lateMs = 1_000

interface SessionTimeoutsDeps {
  readonly index: {
    sessionViews(
      stream: string,
      sessions: readonly string[],
    ): Promise<readonly (SessionView | null | undefined)[]>
  }
  readonly eventBus: Pick<EventBus, 'publish'>
  readonly resultLog: Pick<ResultLog, 'ended'>
  readonly idleMs: number
  readonly now: () => Date
}

export function createSessionTimeouts(deps: SessionTimeoutsDeps): SessionTimeouts {
  const { index, eventBus, resultLog, idleMs, now } = deps
  const timers = new Map<string, NodeJS.Timeout>()
  return {
    touch(stream, session) {
      const timerKey = `${stream}/${session.key}`
      clearTimeout(timers.get(timerKey))
      timers.delete(timerKey)
      const left = endOf(session) - now().getTime()
      if (session.phase !== 'open') return
      wait(left > 0 ? left : lateMs, timerKey, stream, session)
    },
    [Symbol.dispose]() {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }

  function endOf({ lastObjectMs }: Session): number {
    return lastObjectMs + idleMs + 1
  }

  function wait(ms: number, timerKey: string, stream: string, session: Session): void {
    const timer = setTimeout(() => void end(timer, timerKey, stream, session), ms).unref()
    timers.set(timerKey, timer)
  }

  /** Tries again later while Redis does not respond. */
  async function end(
    timer: NodeJS.Timeout,
    timerKey: string,
    stream: string,
    session: Session,
  ): Promise<void> {
    const isLast = await isNewest(stream, session).catch(() => null)
    // Another object has come meanwhile, or this process stops.
    if (timers.get(timerKey) !== timer) return
    if (isLast === null) return wait(lateMs, timerKey, stream, session)
    timers.delete(timerKey)
    if (isLast) publishEnd(stream, session)
  }

  /** Whether the session is open still, with no newer object than this process knows of. Throws `Unavailable`. */
  async function isNewest(stream: string, { id, lastObjectMs }: Session): Promise<boolean> {
    const [view] = await index.sessionViews(stream, [id])
    return view?.phase === 'open' && view.lastObjectMs === lastObjectMs
  }

  function publishEnd(stream: string, session: Session): void {
    const at = now().toISOString()
    const state = { ...initialState, sessions: { [session.key]: session } }
    // As of the end of the timeout, not of the clock: a timer may be a millisecond early.
    for (const event of closeIdle(state, endOf(session), idleMs).events) {
      eventBus.publish({ ...event, stream, at })
      logEnd(resultLog, stream, session, event.kind)
    }
  }
}
