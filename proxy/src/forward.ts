import { randomUUID } from 'node:crypto'
import type { Logger } from '@pushav/shared/logger.ts'
import { carry, isWanted, type Outcome } from './carry.ts'
import type { Exchange } from './exchange.ts'
import { feed } from './feed.ts'
import { nextTurn } from './next-turn.ts'
import { headersMalformed, ingestUnreachable, refusalOf, refuse } from './refusals.ts'
import { requestHead } from './request-head.ts'
import { Unreachable, type Upstream } from './upstream.ts'

export type Forward = (exchange: Exchange) => Promise<void>

/** One exchange, from its head to the end of its answer. */
export function forwardWith(upstream: Upstream, log: Logger): Forward {
  return async function forward(exchange) {
    const began = performance.now()
    const requestId = randomUUID()
    const outcome = refusalOf(exchange) ?? (await attempt(exchange, requestId))
    if (typeof outcome === 'object') refuse(exchange, outcome)
    report(exchange, requestId, outcome, performance.now() - began)
  }

  async function attempt(exchange: Exchange, requestId: string): Promise<Outcome> {
    const head = requestHead(exchange, requestId)
    if (head === null) return headersMalformed
    const feeding = feed(exchange, head)
    try {
      for (;;) {
        // By then most bodies are here, and it is known which lanes are not any more.
        await nextTurn()
        // A stream that is opened and reset in one breath shall not cost ingest a connection.
        if (exchange.httpVersion === '2' && !isWanted(exchange)) return 'nobody-waits'
        const lane = await upstream.take(() => isWanted(exchange))
        const outcome = await carry(exchange, lane, feeding)
        if (outcome !== 'stale') return outcome
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      return exchange.isGone() ? 'nobody-waits' : ingestUnreachable
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
