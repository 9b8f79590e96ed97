/** An index that takes longer to respond was unreachable. */
const lateMs = 500
/** For how long after an outage passes take the lines of all instances. */
const mergesForMs = 10_000

/**
 * While the index was unreachable, no instance could judge what it stored; the first one that can takes the lines of
 * all in the order of their times.
 */
export interface OutageWatch {
  /** Whether an outage has just ended, or goes on. */
  isRecent(): boolean
  /** Notes an outage where the index does not respond, or late; settles as the response does. */
  over<Result>(response: Promise<Result>): Promise<Result>
}

/** `nowMs` are the milliseconds of a clock that is never set back. */
export function createOutageWatch(nowMs: () => number): OutageWatch {
  let recentUntilMs = 0

  return {
    isRecent: () => nowMs() < recentUntilMs,
    async over(response) {
      const startedMs = nowMs()
      let isInTime = false
      try {
        const result = await response
        isInTime = nowMs() - startedMs < lateMs
        return result
      } finally {
        if (!isInTime) recentUntilMs = nowMs() + mergesForMs
      }
    },
  }
}
