import type { ProbeWorker } from '@pushav/shared/probe-worker.ts'
import { Router } from 'express'

/** Work that is put off, and how long the oldest of it has waited. */
type Behind = () => Promise<{
  readonly jobs: number
  readonly waitedMs: number
  /** The workers that do it. */
  readonly workers: readonly ProbeWorker[]
}>

const mayWaitMs = 30_000
const isSandboxed = (worker: ProbeWorker): boolean => worker.isSandboxed

/**
 * `/healthz` says that this process answers, `/readyz` that Redis and the disk do too. Probes that fall behind
 * or whose ffprobe has no sandbox show there as well, but with 200: uploads are taken all the same.
 */
export function healthRoutes(
  checks: Readonly<Record<string, () => Promise<unknown>>>,
  probesBehind: Behind,
): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(checks)
    const [probes, ...results] = await Promise.allSettled([
      probesBehind(),
      ...Object.values(checks).map((check) => check()),
    ])
    const states = results.map((result, i) => [names[i], result.status === 'fulfilled' ? 'ok' : 'away'])
    const isReady = results.every((result) => result.status === 'fulfilled')
    const behind = probes.status === 'fulfilled' ? probes.value : null
    const isDegraded =
      !isReady || behind === null || behind.waitedMs > mayWaitMs || !behind.workers.every(isSandboxed)
    response
      .status(isReady ? 200 : 503)
      .json({ status: isDegraded ? 'degraded' : 'ok', ...Object.fromEntries(states), probes: behind })
  })
  return router
}
