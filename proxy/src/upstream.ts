import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from '@pushav/shared/settings.ts'

const retryMs = 100

/** How to reach ingest. */
export interface Upstream extends Disposable {
  /**
   * A request with a socket under it, of which nothing has been sent yet. While ingest cannot be
   * reached it is tried again, for so long as the limit allows and the request is wanted.
   */
  open(call: Call, isWanted: () => boolean): Promise<ClientRequest>
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
}

/** Thrown when ingest could not be reached in time, or nobody wants it any more. */
export class Unreachable extends Error {}

/** Keeps sockets to ingest for reuse; ingest itself never closes an idle one, we do after 30 s. */
export function createUpstream(address: Address, waitMs: number): Upstream {
  const agent = new Agent({ keepAlive: true, timeout: 30_000, highWaterMark: 256 * 1024 } as object)
  const target = 'path' in address ? { socketPath: address.path } : { host: address.host, port: address.port }
  return { open, [Symbol.dispose]: () => agent.destroy() }

  async function open(call: Call, isWanted: () => boolean): Promise<ClientRequest> {
    for (const deadline = Date.now() + waitMs; ; ) {
      const opened = await connected(
        { ...target, agent, ...call, headers: call.headers as string[] },
        deadline,
      )
      if (opened) return opened
      if (!isWanted() || Date.now() + retryMs > deadline) throw new Unreachable()
      await delay(retryMs)
    }
  }
}

/** Null when there is no connection, so nothing was sent and the same may be tried again. */
function connected(options: RequestOptions, deadline: number): Promise<ClientRequest | null> {
  const opening = request(options)
  return new Promise((resolve) => {
    const timer = setTimeout(() => opening.destroy(), Math.max(1, deadline - Date.now()))
    opening.on('error', () => settle(null))
    opening.once('socket', (socket) =>
      socket.connecting ? socket.once('connect', () => settle(opening)) : settle(opening),
    )

    function settle(result: ClientRequest | null): void {
      clearTimeout(timer)
      resolve(result)
    }
  })
}
