export type Lane = 'urgent' | 'other'

/** Lets so many works run at once. */
export interface Turns {
  take<Result>(lane: Lane, work: () => Promise<Result>): Promise<Result>
}

/** So many urgent ones may pass before one of the others has its turn, so that nothing starves. */
const urgentInARow = 3

export function createTurns(count: number): Turns {
  const waiting: Record<Lane, (() => void)[]> = { urgent: [], other: [] }
  let free = count
  let inARow = 0

  return {
    async take(lane, work) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting[lane].push(resolve))
      try {
        return await work()
      } finally {
        handOn()
      }
    },
  }

  function handOn(): void {
    const urgentFirst = inARow < urgentInARow || waiting.other.length === 0
    const begin = (urgentFirst && waiting.urgent.shift()) || waiting.other.shift()
    if (!begin) {
      free += 1
      return
    }
    inARow = urgentFirst && waiting.other.length > 0 ? inARow + 1 : 0
    begin()
  }
}
