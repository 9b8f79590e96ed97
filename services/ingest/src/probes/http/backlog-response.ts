import type { ProbeWorker } from '@pushav/shared/probe-worker.ts'
import type { Backlog } from '../ports.ts'

export const backlogResponse = ({ waiting, running, oldestWaitingMs }: Backlog) => ({
  waiting,
  running,
  oldest_waiting_ms: oldestWaitingMs,
})

export const workerResponse = ({ confinement, isSandboxed }: ProbeWorker) => ({
  confinement,
  is_sandboxed: isSandboxed,
})
