import type { Address } from '@pushav/shared/settings.ts'
import type { TlsTestConnection } from '@pushav/shared/tls-tests/tls-tests.ts'
import { postEvent } from '../ingest-events.ts'

const maxWaiting = 10_000
const maxInReport = 1_000
const retryMs = 1_000

/**
 * Reports connections to the tests to the first ingest that accepts them, in order: those that come while a report is on
 * its way go with the next one. While no ingest accepts any, the newest 10 000 wait.
 */
export function createConnectionReporter(
  ingests: () => readonly Address[],
  secret: () => string,
): (connection: TlsTestConnection) => void {
  const waiting: TlsTestConnection[] = []
  let isPosting = false
  return function reportConnection(connection) {
    waiting.push(connection)
    if (waiting.length > maxWaiting) waiting.shift()
    if (!isPosting) void postAll()
  }

  async function postAll(): Promise<void> {
    isPosting = true
    while (waiting.length > 0) {
      const connections = waiting.splice(0, maxInReport)
      if (await post(connections)) continue
      waiting.unshift(...connections)
      setTimeout(() => void postAll(), retryMs).unref()
      return
    }
    isPosting = false
  }

  async function post(connections: readonly TlsTestConnection[]): Promise<boolean> {
    for (const ingest of ingests())
      if (await postEvent(ingest, 'tls-tests', { connections }, secret())) return true
    return false
  }
}
