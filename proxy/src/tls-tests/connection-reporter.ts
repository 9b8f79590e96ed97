import type { TlsTestConnection } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { IngestEvents } from '../ingest-events.ts'

const maxWaiting = 10_000
const maxInReport = 1_000
const retryMs = 1_000

/**
 * Reports the connections to the TLS tests to ingest, in their order. Connections made during a post go into the next
 * one. While no ingest accepts reports, the newest 10 000 connections wait.
 */
export function createConnectionReporter(
  events: Pick<IngestEvents, 'postToAny'>,
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
      if (await events.postToAny('tls-tests', { connections })) continue
      waiting.unshift(...connections)
      setTimeout(() => void postAll(), retryMs).unref()
      return
    }
    isPosting = false
  }
}
