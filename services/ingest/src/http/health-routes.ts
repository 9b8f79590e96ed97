import { Router } from 'express'
import { backlogResponse } from '../probes/http/backlog-response.ts'
import type { Backlog } from '../probes/ports.ts'

type ProbeBacklog = () => Promise<Backlog>

const maxWaitMs = 30_000

/**
 * `/healthz` says that this process responds, `/readyz` that Redis and the disk do too. A backlog of probes makes the
 * latter `degraded`, still with 200, because uploads are received all the same.
 */
export function healthRoutes(
  checks: Readonly<Record<string, () => Promise<unknown>>>,
  probeBacklog: ProbeBacklog,
): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(checks)
    const [backlog, ...results] = await Promise.allSettled([
      probeBacklog(),
      ...Object.values(checks).map((check) => check()),
    ])
    const states = results.map((result, i) => [names[i], result.status === 'fulfilled' ? 'ok' : 'away'])
    const isReady = results.every((result) => result.status === 'fulfilled')
    const probes = backlog.status === 'fulfilled' ? backlog.value : null
    const isDegraded = !isReady || probes === null || probes.oldestWaitingMs > maxWaitMs
    response.status(isReady ? 200 : 503).json({
      status: isDegraded ? 'degraded' : 'ok',
      ...Object.fromEntries(states),
      probes: probes && backlogResponse(probes),
    })
  })
  return router
}
