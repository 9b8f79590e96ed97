import { equal } from 'node:assert/strict'
import { type Standalone, startStandalone } from '../../server/standalone.ts'
import { closeAfterTests } from '../../tiers/leak-check.ts'

const lastLines = 40

/** One standalone for all tests of a suite. When a test fails, its last lines are shown. */
export function serverOfSuite(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): () => Standalone {
  let server: Standalone | null = null
  after('stops the server', async function () {
    this.timeout(30_000)
    if (server) await stopped(server)
  })
  return serverFrom(async () => {
    server = await startStandalone(flags, env)
    return server
  })
}

/** Shared servers by their settings as JSON. */
const shared = new Map<string, Promise<Standalone>>()

/**
 * One standalone for all suites of one mocha process that ask for the same settings. Each suite uses streams of its
 * own, and must cope with the traces of other suites.
 */
export const sharedServerOfSuite = (env: NodeJS.ProcessEnv = {}): (() => Standalone) =>
  serverFrom(() => {
    const key = JSON.stringify(Object.entries(env).sort())
    const running = shared.get(key)
    if (running) return running
    const started = startStandalone([], env)
    shared.set(key, started)
    closeAfterTests(async () => {
      shared.delete(key)
      await stopped(await started)
    })
    return started
  })

async function stopped(server: Standalone): Promise<void> {
  await using _ended = server
  equal(await server.stop(), 0, 'the exit code of the server')
}

function serverFrom(start: () => Promise<Standalone>): () => Standalone {
  let server: Standalone | null = null
  let seen = 0

  before('starts the server', async function () {
    this.timeout(150_000)
    server = await start()
  })
  beforeEach(() => {
    seen = server?.log.length ?? 0
  })
  afterEach(function () {
    if (this.currentTest?.state !== 'failed') return
    const lines = server?.log.slice(Math.max(seen, (server?.log.length ?? 0) - lastLines)) ?? []
    console.error(['--- what the server printed last', ...lines, '---'].join('\n'))
  })

  return () => {
    if (!server) throw new Error('the server runs only during tests')
    return server
  }
}
