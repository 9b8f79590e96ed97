import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import { healthRoutes } from './health-routes.ts'

const sandboxed = { confinement: 'limits and sandbox', isSandboxed: true }
const fine = { redis: async () => 'PONG' }

describe('/readyz', () => {
  it('tells how far the probes are behind', async () => {
    const probes = { jobs: 3, waitedMs: 20, workers: [sandboxed] }
    deepEqual(await readyz(fine, async () => probes), [200, { status: 'ok', redis: 'ok', probes }])
  })

  it('is degraded but ready when probes wait long', async () => {
    const late = { jobs: 9_000, waitedMs: 40_000, workers: [sandboxed] }
    const [status, answer] = await readyz(fine, async () => late)
    deepEqual([status, answer.status, answer.probes], [200, 'degraded', late])
  })

  it('is degraded but ready when a worker runs ffprobe without a sandbox', async () => {
    const workers = [sandboxed, { confinement: 'limits, no sandbox', isSandboxed: false }]
    const probes = { jobs: 0, waitedMs: 0, workers }
    deepEqual(await readyz(fine, async () => probes), [200, { status: 'degraded', redis: 'ok', probes }])
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
