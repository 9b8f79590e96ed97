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

/** How far the object store is behind the disk. */
export interface StoreState {
  /** Whether uploads are refused while the store is unreachable. */
  readonly isNeeded: boolean
  readonly ping: () => Promise<unknown>
  readonly backlog: () => { readonly streams: number; readonly oldestMs: number }
}

const maxWaitMs = 30_000
const areSandboxed = (workers: readonly NamedWorker[]) => workers.every(({ isSandboxed }) => isSandboxed)

/**
 * `/healthz` says that this process responds, `/readyz` that Redis and the disk do too. A backlog of probes or a
 * worker that runs ffprobe without a sandbox makes the latter `degraded`, still with 200, because uploads are received
 * all the same; so does an object store that is unreachable, unless responses wait for it. `store` is null without one.
 */
export function healthRoutes(
  checks: Readonly<Record<string, () => Promise<unknown>>>,
  probeState: ProbeState,
  access: () => AccessState,
  store: StoreState | null,
): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(checks)
    const [state, storeState, ...results] = await Promise.allSettled([
      probeState(),
      store?.ping(),
      ...Object.values(checks).map((check) => check()),
    ])
    const states = results.map((result, i) => [names[i], result.status === 'fulfilled' ? 'ok' : 'away'])
    const isStoreAway = storeState.status === 'rejected'
    const isReady =
      results.every((result) => result.status === 'fulfilled') && !(isStoreAway && store?.isNeeded)
    const probes = state.status === 'fulfilled' ? state.value : null
    const isDegraded =
      !isReady ||
      isStoreAway ||
      probes === null ||
      probes.oldestWaitingMs > maxWaitMs ||
      !areSandboxed(probes.workers)
    response.status(isReady ? 200 : 503).json({
      status: isDegraded ? 'degraded' : 'ok',
      ...Object.fromEntries(states),
      ...(store && { store: storeResponse(store, isStoreAway) }),
      ...access(),
      probes: probes && { ...backlogResponse(probes), workers: probes.workers.map(workerResponse) },
    })
  })
  return router
}

function storeResponse({ backlog }: StoreState, isAway: boolean) {
  const { streams, oldestMs } = backlog()
  return { state: isAway ? 'away' : 'ok', streams_behind: streams, oldest_behind_ms: Math.round(oldestMs) }
}
