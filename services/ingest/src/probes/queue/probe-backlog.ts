import type { Queue } from 'bullmq'

/** How far the probe workers are behind. */
export interface Backlog {
  /** Jobs that no worker has taken up; under load one carries many uploads. */
  readonly jobs: number
  /** How long the oldest of them has waited. It grows while more jobs come than the workers do. */
  readonly waitedMs: number
}

export async function backlogOf(queues: readonly Queue[], now: number): Promise<Backlog> {
  const backlogs = await Promise.all(queues.map(one))
  return {
    jobs: backlogs.reduce((sum, { jobs }) => sum + jobs, 0),
    waitedMs: Math.max(...backlogs.map(({ waitedMs }) => waitedMs)),
  }

  async function one(queue: Queue): Promise<Backlog> {
    const [jobs, oldest] = await Promise.all([
      queue.getJobCountByTypes('wait', 'delayed'),
      queue.getJobs(['wait'], 0, 0, true),
    ])
    return { jobs, waitedMs: Math.max(0, now - (oldest[0]?.timestamp ?? now)) }
  }
}
