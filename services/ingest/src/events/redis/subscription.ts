import type { DeliveredEvent } from '../event-bus.ts'

const maxBehind = 5_000

/** Somebody who follows the feed at a pace of their own. */
export interface Subscription {
  deliver(events: DeliveredEvent): void
  /** Ends when `end` was called or the follower has fallen too far behind. */
  told(): AsyncIterable<DeliveredEvent>
  readonly end: () => void
}

export function createSubscription(): Subscription {
  let unheard: DeliveredEvent[] = []
  let isEnded = false
  let wake = Promise.withResolvers<void>()
  return {
    deliver(told) {
      if (unheard.length >= maxBehind) return end()
      unheard.push(told)
      wake.resolve()
    },
    async *told() {
      while (!isEnded) {
        await wake.promise
        wake = Promise.withResolvers()
        const heard = unheard
        unheard = []
        yield* heard
      }
    },
    end,
  }

  function end(): void {
    isEnded = true
    wake.resolve()
  }
}
