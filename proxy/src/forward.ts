import { randomUUID } from 'node:crypto'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from '@pushav/shared/logger.ts'
import type { Exchange } from './exchange.ts'
import { type Feeding, feed } from './feed.ts'
import { upstreamHeaders } from './headers.ts'
import {
  headersMalformed,
  ingestFailed,
  ingestUnreachable,
  type Refusal,
  refusalOf,
  refuse,
} from './refusals.ts'
import { relay } from './relay.ts'
import { Unreachable, type Upstream } from './upstream.ts'

export type Forward = (exchange: Exchange) => Promise<void>

/** How one attempt ended: with an answer of ingest's, with a refusal of ours, or on a socket that was already dead. */
type Outcome = number | Refusal | 'nobody-waits' | 'stale'

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
    const { method, target: path } = exchange
    const headers = upstreamHeaders(exchange, exchange.hosts[0] ?? 'localhost', requestId)
    // A stream that is opened and reset in one breath shall not cost ingest a connection.
    if (exchange.httpVersion === '2') await turn()
    if (exchange.httpVersion === '2' && !isWanted(exchange)) return 'nobody-waits'
    try {
      for (;;) {
        const request = await upstream.open({ method, path, headers }, () => isWanted(exchange))
        const outcome = await carry(exchange, request)
        if (outcome !== 'stale') return outcome
      }
    } catch (error) {
      if (error instanceof Unreachable) return exchange.isGone() ? 'nobody-waits' : ingestUnreachable
      if (error instanceof TypeError) return headersMalformed
      throw error
    }
  }

  function report(exchange: Exchange, request: string, outcome: Outcome, ms: number): void {
    const { method, target, connection } = exchange
    const facts = { request, method, target, address: connection.address, ms: Math.round(ms) }
    if (typeof outcome !== 'object') log.debug({ ...facts, outcome }, 'exchange ended')
    else log.info({ ...facts, status: outcome.status, code: outcome.code }, 'request refused')
  }
}

/** An upload is delivered as far as it has come even if its sender has left; a question is not. */
function isWanted(exchange: Exchange): boolean {
  if (!exchange.isGone()) return true
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return false
  return exchange.isBodyComplete() || exchange.body.readableDidRead || exchange.body.readableLength > 0
}

function carry(exchange: Exchange, request: ClientRequest): Promise<Outcome> {
  return new Promise((resolve) => {
    let isAnswered = false
    const feeding = exchange.hasBody ? feed(exchange, request) : null
    request.on('continue', () => exchange.sendContinue())
    request.on('response', answered)
    request.on('error', () => isAnswered || resolve(failure()))
    exchange.onGone(() => void ((isAnswered || !isWanted(exchange)) && request.destroy()))
    if (request.destroyed) resolve(failure())
    else if (!feeding) request.end()

    function answered(answer: IncomingMessage): void {
      isAnswered = true
      const status = answer.statusCode ?? 502
      const early = feeding !== null && isEarly(feeding, status)
      if (early) feeding.stop()
      answer.once('close', () => resolve(status))
      if (exchange.isGone()) answer.resume()
      else relay(answer, request, exchange, early)
    }

    function isEarly({ hasBegun }: Feeding, status: number): boolean {
      return !hasBegun() || (status >= 400 && !exchange.isBodyComplete())
    }

    function failure(): Outcome {
      feeding?.stop()
      if (!isWanted(exchange)) return 'nobody-waits'
      const isUnsent = feeding ? !feeding.hasTaken() : exchange.method === 'GET' || exchange.method === 'HEAD'
      if (request.reusedSocket && isUnsent) return 'stale'
      return exchange.isGone() && !exchange.isBodyComplete() ? 'nobody-waits' : ingestFailed
    }
  })
}
