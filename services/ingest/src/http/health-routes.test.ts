import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import { healthRoutes } from './health-routes.ts'

const fine = { redis: async () => 'PONG' }

describe('/readyz', () => {
  it('tells how far the probes are behind', async () => {
    const behind = { waiting: 3, running: 1, oldestWaitingMs: 20 }
    const probes = { waiting: 3, running: 1, oldest_waiting_ms: 20 }
    deepEqual(await readyz(fine, async () => behind), [200, { status: 'ok', redis: 'ok', probes }])
  })

  it('is degraded but ready when probes wait long', async () => {
    const [status, answer] = await readyz(fine, async () => ({
      ...{ waiting: 9_000, running: 4, oldestWaitingMs: 40_000 },
    }))
    deepEqual(
      [status, answer.status, answer.probes],
      [...[200, 'degraded', { waiting: 9_000, running: 4, oldest_waiting_ms: 40_000 }]],
    )
  })

  it('is not ready when something is away', async () => {
    const away = () => Promise.reject(new Error('away'))
    const [status, answer] = await readyz({ redis: away }, away)
    equal(status, 503)
    deepEqual(answer, { status: 'degraded', redis: 'away', probes: null })
  })
})

async function readyz(...[checks, behind]: Parameters<typeof healthRoutes>) {
  const server = express().use(healthRoutes(checks, behind)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  const answer = (await response.json()) as Record<string, unknown>
  server.close()
  return [response.status, answer] as const
}
