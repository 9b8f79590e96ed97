import type { Logger } from '@pushav/shared/logger.ts'
import type { Exchange } from './exchange.ts'
import type { Forward } from './forward.ts'

/** Resolves when the exchange is over; never rejects. */
export type Serve = (exchange: Exchange) => Promise<void>

export interface Exchanges {
  readonly serve: Serve
  /** Lets those under way end. False when some were still there after the given time. */
  drain(ms: number): Promise<boolean>
}

/** Knows which exchanges are under way. */
export function createExchanges(forward: Forward, log: Logger): Exchanges {
  const underWay = new Set<Exchange>()
  let drained: (() => void) | null = null
  return { serve, drain }

  async function serve(exchange: Exchange): Promise<void> {
    underWay.add(exchange)
    if (drained) exchange.makeLast()
    try {
      await forward(exchange)
    } catch (error) {
      log.error({ error, method: exchange.method, target: exchange.target }, 'exchange failed')
      exchange.cut()
    }
    underWay.delete(exchange)
    if (underWay.size === 0) drained?.()
  }

  async function drain(ms: number): Promise<boolean> {
    for (const exchange of underWay) exchange.makeLast()
    const { promise, resolve } = Promise.withResolvers<void>()
    drained = resolve
    if (underWay.size === 0) return true
    const timer = setTimeout(resolve, ms)
    await promise
    clearTimeout(timer)
    return underWay.size === 0
  }
}
