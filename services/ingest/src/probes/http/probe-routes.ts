import type { ProbesResponse } from '@pushav/shared/api/service.ts'
import { Router } from 'express'
import type { FailedJob, NamedWorker, ProbeStatus } from '../ports.ts'
import { backlogResponse, workerResponse } from './backlog-response.ts'

/** The queue of the probe workers. */
export function probeRoutes(status: ProbeStatus, findWorkers: () => Promise<readonly NamedWorker[]>): Router {
  const router = Router()
  router.get('/probes', async (_request, response) => {
    const [backlog, failed, workers] = await Promise.all([status.backlog(), status.failed(), findWorkers()])
    const body: ProbesResponse = {
      ...backlogResponse(backlog),
      workers: workers.map(workerResponse),
      failed: failed.map(failedResponse),
    }
    response.json(body)
  })
  return router
}

const failedResponse = ({ job, atMs, message }: FailedJob): ProbesResponse['failed'][number] => ({
  stream: job ? Number(job.stream) : null,
  upload: job?.upload ?? null,
  path: job?.path ?? null,
  at: atMs === null ? null : new Date(atMs).toISOString(),
  message,
})
