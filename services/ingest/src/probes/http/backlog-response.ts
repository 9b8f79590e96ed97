import type { Backlog } from '../ports.ts'

export const backlogResponse = ({ waiting, running, oldestWaitingMs }: Backlog) => ({
  waiting,
  running,
  oldest_waiting_ms: oldestWaitingMs,
})
