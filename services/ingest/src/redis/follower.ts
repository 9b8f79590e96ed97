import type { Told } from '../use-cases/ports.ts'

const mostBehind = 5_000

/** Somebody who follows the feed at a pace of their own. */
export interface Follower {
  hear(told: Told): void
  /** Ends when `end` was called or the follower has fallen too far behind. */
  told(): AsyncIterable<Told>
  readonly end: () => void
}

export function createFollower(): Follower {
  let unheard: Told[] = []
  let isEnded = false
  let wake = Promise.withResolvers<void>()
  return {
    hear(told) {
      if (unheard.length >= mostBehind) return end()
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
