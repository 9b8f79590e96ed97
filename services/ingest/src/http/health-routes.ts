import { Router } from 'express'

/** `/healthz` says that this process answers, `/readyz` that Redis and the disk do too. */
export function healthRoutes(checks: Readonly<Record<string, () => Promise<unknown>>>): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(checks)
    const results = await Promise.allSettled(Object.values(checks).map((check) => check()))
    const states = results.map((result, i) => [names[i], result.status === 'fulfilled' ? 'ok' : 'away'])
    const isReady = results.every((result) => result.status === 'fulfilled')
    response
      .status(isReady ? 200 : 503)
      .json({ status: isReady ? 'ok' : 'degraded', ...Object.fromEntries(states) })
  })
  return router
}
