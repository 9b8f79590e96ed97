import type { ServerEvent } from '@pushav/shared/events.ts'

/** What happens, for whoever watches; see FeedEvent. */
export interface EventBus {
  /** Never waits and never fails; events may be lost while Redis is away. */
  publish(event: ServerEvent): void
  /**
   * Everything from now on, or what is still known from after an earlier event on. Ends with the signal, or when the
   * follower is too slow. Resolves once nothing is missed any more.
   */
  subscribe(after: string | null, signal: AbortSignal): Promise<AsyncIterable<DeliveredEvent>>
}

export interface DeliveredEvent {
  /** Later events have greater ones; `follow` takes up after it. */
  readonly id: string
  readonly event: ServerEvent
}
