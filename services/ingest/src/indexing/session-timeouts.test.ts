import { deepEqual } from 'node:assert/strict'
import type { ServerEvent } from '@pushav/shared/events.ts'
import { type SessionView, sessionViewOf } from '../streams/session-view.ts'
import { newSession, type Session } from '../validation/state.ts'
import { createSessionTimeouts } from './session-timeouts.ts'

const idleMs = 60_000

describe('session timeouts', () => {
  const session = newSession('none', 0)

  /** With a clock at which the timeout is over; `views` are what the index says, one read after the other. */
  function timeoutsWith(
    publish: (event: ServerEvent) => void,
    ...views: (SessionView | Error | undefined)[]
  ) {
    const index = {
      async sessionViews() {
        const [view] = views.length > 1 ? views.splice(0, 1) : views
        if (view instanceof Error) throw view
        return [view]
      },
    }
    return createSessionTimeouts({
      ...{ index, eventBus: { publish }, resultLog: { ended: () => {} } },
      ...{ idleMs, now: () => new Date(2 * idleMs) },
    })
  }
  const quiet = async (touch: Session, ...views: (SessionView | undefined)[]) => {
    const published: ServerEvent[] = []
    using timeouts = timeoutsWith((event) => published.push(event), ...views)
    timeouts.touch('1', touch)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    return published
  }

  it('publishes a timeout that was over before the verdict came, also where Redis was away', async () => {
    const { promise, resolve } = Promise.withResolvers<ServerEvent>()
    using timeouts = timeoutsWith(resolve, new Error('away'), sessionViewOf(session))
    timeouts.touch('1', session)
    const { kind, at } = (await promise) as Extract<ServerEvent, { kind: 'session-completed' }>
    deepEqual([kind, at], ['session-completed', new Date(2 * idleMs).toISOString()])
  })

  it('publishes nothing when another object comes after all', async () => {
    const published: ServerEvent[] = []
    using timeouts = timeoutsWith((event) => published.push(event), sessionViewOf(session))
    timeouts.touch('1', session)
    timeouts.touch('1', newSession('none', 2 * idleMs))
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    deepEqual(published, [])
  })

  it('publishes nothing of a session that another process has seen go on, end or be deleted', async () => {
    const later = sessionViewOf({ ...session, lastObjectMs: 1 })
    const complete = sessionViewOf({ ...session, phase: 'complete' })
    deepEqual(await Promise.all([later, complete, undefined].map((view) => quiet(session, view))), [
      [],
      [],
      [],
    ])
  })
})
