export type Priority = 'urgent' | 'normal'

/** Runs at most `permits` tasks at once, urgent tasks first. */
export interface PrioritySemaphore {
  /** Throws what the task throws. */
  run<Result>(priority: Priority, task: () => Promise<Result>): Promise<Result>
}

/** After this many urgent tasks a waiting normal task runs, so that none starves. */
const maxUrgentInARow = 3

export function createPrioritySemaphore(permits: number): PrioritySemaphore {
  const waiting: Record<Priority, (() => void)[]> = { urgent: [], normal: [] }
  let free = permits
  let urgentInARow = 0

  return {
    async run(priority, task) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting[priority].push(resolve))
      try {
        return await task()
      } finally {
        release()
      }
    },
  }

  function release(): void {
    const isUrgentNext = urgentInARow < maxUrgentInARow || waiting.normal.length === 0
    const wake = (isUrgentNext && waiting.urgent.shift()) || waiting.normal.shift()
    if (!wake) {
      free += 1
      return
    }
    urgentInARow = isUrgentNext && waiting.normal.length > 0 ? urgentInARow + 1 : 0
    wake()
  }
}
