import { equal } from 'node:assert/strict'
import { type Standalone, startStandalone } from '../../server/standalone.ts'

const lastLines = 40

/** One standalone for all tests of a suite; what it printed last is shown when one of them fails. */
export function serverOfSuite(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): () => Standalone {
  let server: Standalone | null = null
  let seen = 0

  before('starts the server', async function () {
    this.timeout(150_000)
    server = await startStandalone(flags, env)
  })
  beforeEach(() => {
    seen = server?.log.length ?? 0
  })
  afterEach(function () {
    if (this.currentTest?.state !== 'failed') return
    const lines = server?.log.slice(Math.max(seen, (server?.log.length ?? 0) - lastLines)) ?? []
    console.error(['--- what the server printed last', ...lines, '---'].join('\n'))
  })
  after('stops the server', async function () {
    this.timeout(30_000)
    await using stopped = server
    if (stopped) equal(await stopped.stop(), 0, 'the exit code of the server')
  })

  return () => {
    if (!server) throw new Error('the server runs only during tests')
    return server
  }
}
