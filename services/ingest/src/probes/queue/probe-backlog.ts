import type { Queue } from 'bullmq'
import type { Backlog } from '../ports.ts'

/** Jobs under load carry many uploads each. */
export async function backlogOf(queues: readonly Queue[], now: number): Promise<Backlog> {
  const backlogs = await Promise.all(queues.map(one))
  return {
    waiting: backlogs.reduce((sum, { waiting }) => sum + waiting, 0),
    running: backlogs.reduce((sum, { running }) => sum + running, 0),
    oldestWaitingMs: Math.max(...backlogs.map(({ oldestWaitingMs }) => oldestWaitingMs)),
  }

  async function one(queue: Queue): Promise<Backlog> {
    const [waiting, running, oldest] = await Promise.all([
      queue.getJobCountByTypes('wait', 'delayed'),
      queue.getActiveCount(),
      queue.getJobs(['wait'], 0, 0, true),
    ])
    return { waiting, running, oldestWaitingMs: Math.max(0, now - (oldest[0]?.timestamp ?? now)) }
  }
}
