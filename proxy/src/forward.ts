import { randomUUID } from 'node:crypto'
import type { Logger } from '@pushav/shared/logger.ts'
import { dispatch, type Outcome, shouldForward } from './dispatch.ts'
import { errorResponseFor } from './http/check-request.ts'
import { headersMalformed, ingestUnreachable, sendErrorResponse } from './http/error-responses.ts'
import type { Exchange } from './http/exchange.ts'
import { requestHead } from './http/request-head.ts'
import type { ProxyMetrics } from './metrics/proxy-metrics.ts'
import { createRequestSender } from './request-body.ts'
import { type BalancedPool, UpstreamUnreachable } from './upstream/balanced-pool.ts'
import { createNextImmediate } from './upstream/write-batch.ts'

/** Forwards one exchange. Resolves when its response has been sent or its client has left. */
export type Forward = (exchange: Exchange) => Promise<void>

/** Forwards exchanges to ingest, each from its request head to the end of its response. */
export function forwardWith(
  pool: BalancedPool,
  metrics: Pick<ProxyMetrics, 'exchanged'>,
  log: Logger,
): Forward {
  const nextImmediate = createNextImmediate()
  return async function forward(exchange) {
    const began = performance.now()
    const requestId = randomUUID()
    const outcome = errorResponseFor(exchange) ?? (await attempt(exchange, requestId))
    if (typeof outcome === 'object') sendErrorResponse(exchange, outcome)
    const ms = performance.now() - began
    metrics.exchanged(exchange.method, typeof outcome === 'object' ? outcome.code : String(outcome), ms)
    report(exchange, requestId, outcome, ms)
  }

  async function attempt(exchange: Exchange, requestId: string): Promise<Outcome> {
    const head = requestHead(exchange, requestId)
    if (head === null) return headersMalformed
    const sender = createRequestSender(exchange, head)
    try {
      for (;;) {
        // One event loop turn later most small bodies have arrived, and Node has noticed connections that were closed.
        await nextImmediate()
        // A download whose client has left already must not cost a connection to ingest.
        if (!shouldForward(exchange)) return 'client-gone'
        const connection = await pool.acquire(() => shouldForward(exchange))
        const outcome = await dispatch(exchange, connection, sender)
        if (outcome !== 'stale-connection') return outcome
      }
    } catch (error) {
      if (!(error instanceof UpstreamUnreachable)) throw error
      return exchange.isAborted() ? 'client-gone' : ingestUnreachable
    }
  }

  function report(exchange: Exchange, request: string, outcome: Outcome, ms: number): void {
    if (typeof outcome !== 'object' && !log.isLevelEnabled('debug')) return
    const { method, target, connection } = exchange
    const facts = { request, method, target, address: connection.address, ms: Math.round(ms) }
    if (typeof outcome !== 'object') log.debug({ ...facts, outcome }, 'exchange ended')
    else log.info({ ...facts, status: outcome.status, code: outcome.code }, 'request refused')
  }
}
