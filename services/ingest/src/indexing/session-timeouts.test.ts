import { deepEqual } from 'node:assert/strict'
import type { ServerEvent } from '@pushav/shared/events.ts'
import { newSession } from '../validation/state.ts'
import { createSessionTimeouts } from './session-timeouts.ts'

const idleMs = 60_000

describe('session timeouts', () => {
  it('publishes a timeout that was over before the verdict came', async () => {
    const { promise, resolve } = Promise.withResolvers<ServerEvent>()
    using timeouts = createSessionTimeouts(
      { publish: resolve },
      { ended: () => {} },
      idleMs,
      () => new Date(2 * idleMs),
    )
    timeouts.touch('1', newSession('none', 0))
    const { kind, at } = (await promise) as Extract<ServerEvent, { kind: 'session-completed' }>
    deepEqual([kind, at], ['session-completed', new Date(2 * idleMs).toISOString()])
  })

  it('publishes nothing when another object comes after all', async () => {
    const published: ServerEvent[] = []
    using timeouts = createSessionTimeouts(
      { publish: (event) => published.push(event) },
      { ended: () => {} },
      idleMs,
      () => new Date(2 * idleMs),
    )
    timeouts.touch('1', newSession('none', 0))
    timeouts.touch('1', newSession('none', 2 * idleMs))
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    deepEqual(published, [])
  })
})
