import type { AuthMode } from '@pushav/shared/api/access.ts'
import { Router } from 'express'
import { backlogResponse, workerResponse } from '../probes/http/backlog-response.ts'
import type { Backlog, NamedWorker } from '../probes/ports.ts'

/** How the queue stands, and the workers that are alive. */
type ProbeState = () => Promise<Backlog & { readonly workers: readonly NamedWorker[] }>

/** Who may do what, and what the owner of this server should know and change. */
interface AccessState {
  readonly auth: AuthMode
  readonly warnings: readonly string[]
}

const maxWaitMs = 30_000
const areSandboxed = (workers: readonly NamedWorker[]) => workers.every(({ isSandboxed }) => isSandboxed)

/**
 * `/healthz` says that this process responds, `/readyz` that Redis and the disk do too. A backlog of probes or a
 * worker that runs ffprobe without a sandbox makes the latter `degraded`, still with 200, because uploads are received
 * all the same.
 */
export function healthRoutes(
  checks: Readonly<Record<string, () => Promise<unknown>>>,
  probeState: ProbeState,
  access: () => AccessState,
): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(checks)
    const [state, ...results] = await Promise.allSettled([
      probeState(),
      ...Object.values(checks).map((check) => check()),
    ])
    const states = results.map((result, i) => [names[i], result.status === 'fulfilled' ? 'ok' : 'away'])
    const isReady = results.every((result) => result.status === 'fulfilled')
    const probes = state.status === 'fulfilled' ? state.value : null
    const isDegraded =
      !isReady || probes === null || probes.oldestWaitingMs > maxWaitMs || !areSandboxed(probes.workers)
    response.status(isReady ? 200 : 503).json({
      status: isDegraded ? 'degraded' : 'ok',
      ...Object.fromEntries(states),
      ...access(),
      probes: probes && { ...backlogResponse(probes), workers: probes.workers.map(workerResponse) },
    })
  })
  return router
}
