import type { ServerEvent } from '@pushav/shared/events.ts'

/** Events of all ingest processes and probe workers, to all their subscribers. */
export interface EventBus {
  /** Returns at once and never throws; events are lost while Redis does not respond. */
  publish(event: ServerEvent): void
  /**
   * All events from now on or, with the id of an earlier event, those after it that are still stored. They are read a
   * page at a time, as the subscriber takes them, and end when the signal is given, the subscriber is too slow, or a
   * replay has reached its limit; then the subscriber may go on after the last one. Resolves once no later event can be
   * missed. Throws the refusal `busy` while too many others replay, and `Unavailable` while Redis does not respond.
   */
  subscribe(after: string | null, signal: AbortSignal): Promise<AsyncIterable<DeliveredEvent>>
  /**
   * Calls `onEvent` with every event: those of this process when they are published, those of others as they are read.
   * Costs less than a subscription, as this process reads none of its own events again. `onListening` is called once
   * no later event can be missed. Resolves when the signal is given, or when events of others may have been missed.
   * Throws `Unavailable` while Redis does not respond.
   */
  listen(onEvent: (event: ServerEvent) => void, onListening: () => void, signal: AbortSignal): Promise<void>
}

/** An event with its place in the order of all events. */
export interface DeliveredEvent {
  /** Later events have greater ids; `subscribe` goes on after one. */
  readonly id: string
  readonly event: ServerEvent
  /** The event as JSON, made once for all subscribers. */
  readonly json: string
}
