import type { ServerEvent } from '@pushav/shared/events.ts'

/** Events of all ingest processes and probe workers, to all their subscribers. */
export interface EventBus {
  /** Returns at once and never throws; events are lost while Redis does not respond. */
  publish(event: ServerEvent): void
  /**
   * All events from now on or, with the id of an earlier event, those after it that are still stored. The events end
   * when the signal is given or the subscriber is too slow. Resolves once no later event can be missed; throws
   * `Unavailable` while Redis does not respond.
   */
  subscribe(after: string | null, signal: AbortSignal): Promise<AsyncIterable<DeliveredEvent>>
}

export interface DeliveredEvent {
  /** Later events have greater ids; `subscribe` goes on after one. */
  readonly id: string
  readonly event: ServerEvent
}
