import type { DeliveredEvent } from '../event-bus.ts'

const maxPending = 5_000

/** One subscriber, who reads events at a pace of its own. */
export interface Subscription {
  deliver(event: DeliveredEvent): void
  /** To be read once. Ends when `end` was called or the subscriber has fallen too far behind. */
  events(): AsyncIterable<DeliveredEvent>
  readonly end: () => void
}

export function createSubscription(): Subscription {
  let pending: DeliveredEvent[] = []
  let isEnded = false
  let wake = Promise.withResolvers<void>()
  return {
    deliver(event) {
      if (pending.length >= maxPending) return end()
      pending.push(event)
      wake.resolve()
    },
    async *events() {
      while (!isEnded) {
        await wake.promise
        wake = Promise.withResolvers()
        const batch = pending
        pending = []
        yield* batch
      }
    },
    end,
  }

  function end(): void {
    isEnded = true
    wake.resolve()
  }
}
