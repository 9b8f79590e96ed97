import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import { healthRoutes } from './health-routes.ts'

const seenAt = '2026-11-28T10:52:42.066Z'
const sandboxed = { name: 'a', confinement: 'limits and sandbox', isSandboxed: true, concurrency: 4, seenAt }
const access = () => ({ auth: 'open' as const, warnings: ['be careful'] })
const fine = { redis: async () => 'PONG' }

describe('/readyz', () => {
  it('tells how far the probes are behind', async () => {
    const behind = { waiting: 3, running: 1, oldestWaitingMs: 20, workers: [sandboxed] }
    const { name, confinement, concurrency } = sandboxed
    const workers = [{ name, seen_at: seenAt, concurrency, confinement, is_sandboxed: true }]
    const probes = { waiting: 3, running: 1, oldest_waiting_ms: 20, workers }
    deepEqual(await readyz(fine, async () => behind, access), [
      200,
      { status: 'ok', redis: 'ok', ...access(), probes },
    ])
  })

  it('is degraded but ready when probes wait long', async () => {
    const late = { waiting: 9_000, running: 4, oldestWaitingMs: 40_000, workers: [sandboxed] }
    const [status, answer] = await readyz(fine, async () => late, access)
    deepEqual([status, answer.status], [200, 'degraded'])
  })

  it('is degraded but ready when a worker runs ffprobe without a sandbox', async () => {
    const workers = [sandboxed, { ...sandboxed, confinement: 'limits, no sandbox', isSandboxed: false }]
    const probes = { waiting: 0, running: 0, oldestWaitingMs: 0, workers }
    const [status, answer] = await readyz(fine, async () => probes, access)
    deepEqual([status, answer.status], [200, 'degraded'])
  })

  it('is not ready when something is away', async () => {
    const away = () => Promise.reject(new Error('away'))
    const [status, answer] = await readyz({ redis: away }, away, access)
    equal(status, 503)
    deepEqual(answer, { status: 'degraded', redis: 'away', ...access(), probes: null })
  })

  it('is degraded while the object store is away, and not ready where responses wait for it', async () => {
    const idle = async () => ({ waiting: 0, running: 0, oldestWaitingMs: 0, workers: [sandboxed] })
    const away = {
      ping: () => Promise.reject(new Error('away')),
      backlog: () => ({ streams: 2, oldestMs: 1_500 }),
    }
    const [status, answer] = await readyz(fine, idle, access, { ...away, isNeeded: false })
    deepEqual([status, answer.status], [200, 'degraded'])
    deepEqual(answer.store, { state: 'away', streams_behind: 2, oldest_behind_ms: 1_500 })
    const [needed] = await readyz(fine, idle, access, { ...away, isNeeded: true })
    const [here] = await readyz(fine, idle, access, { ...away, ping: async () => true, isNeeded: true })
    deepEqual([needed, here], [503, 200])
  })
})

async function readyz(
  checks: HealthDeps[0],
  behind: HealthDeps[1],
  state: HealthDeps[2],
  store: HealthDeps[3] = null,
) {
  const server = express()
    .use(healthRoutes(checks, behind, state, store))
    .listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  const answer = (await response.json()) as Record<string, unknown>
  server.close()
  return [response.status, answer] as const
}

type HealthDeps = Parameters<typeof healthRoutes>
