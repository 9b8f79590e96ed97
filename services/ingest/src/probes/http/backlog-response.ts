import type { Backlog, NamedWorker } from '../ports.ts'

export const backlogResponse = ({ waiting, running, oldestWaitingMs }: Backlog) => ({
  waiting,
  running,
  oldest_waiting_ms: oldestWaitingMs,
})

export const workerResponse = ({ name, seenAt, concurrency, confinement, isSandboxed }: NamedWorker) => ({
  name,
  seen_at: seenAt,
  concurrency,
  confinement,
  is_sandboxed: isSandboxed,
})
