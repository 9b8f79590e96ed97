import { deepEqual } from 'node:assert/strict'
import type { SessionView } from '../streams/session-view.ts'
import { findMissedEndsWith } from './find-missed-ends.ts'
import type { WebhookEvent } from './webhook.ts'

const nowMs = 1_000_000_000
const idleMs = 20
const silent = { phase: 'silent', isComplete: false } as const
const viewOf = (id: string, changes: Partial<SessionView>) =>
  ({ id, phase: 'open', lastObjectMs: nowMs - 10, isComplete: false, ...changes }) as SessionView

describe('sessions that end without a process that sees it', () => {
  it('are given where they fell silent lately, or do so and get nothing more', async () => {
    const first: Record<string, SessionView> = {
      1: viewOf('1', { ...silent, lastObjectMs: nowMs - 600_000 }),
      2: viewOf('2', { ...silent, lastObjectMs: nowMs - 700_000 }),
      3: viewOf('3', { phase: 'complete', isComplete: true }),
      4: viewOf('4', {}),
      5: viewOf('5', {}),
      6: viewOf('none', {}),
    }
    const later: Record<string, SessionView> = {
      4: viewOf('4', silent),
      5: viewOf('5', { lastObjectMs: nowMs }),
      6: viewOf('none', { ...silent, isComplete: true }),
    }
    const read = new Set<string>()
    const find = findMissedEndsWith({
      journals: { streams: async () => Object.keys(first) },
      index: { sessions: async (stream) => [stream] },
      streams: {
        async sessionViewsOf(stream) {
          const view = (read.has(stream) ? later : first)[stream]
          read.add(stream)
          return view ? [view] : []
        },
      },
      ...{ idleMs, now: () => new Date(nowMs) },
    })
    const events: WebhookEvent[] = []
    await find((event) => events.push(event), new AbortController().signal)
    deepEqual(
      events.map((event) => ('session' in event ? [event.kind, event.stream, event.session] : event.kind)),
      [
        ['session-abandoned', '1', '1'],
        ['session-abandoned', '4', '4'],
        ['session-completed', '6', 'none'],
      ],
    )
  })
})
