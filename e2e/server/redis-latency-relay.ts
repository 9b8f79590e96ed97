import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A way to Redis that takes its time; `path` is a Unix socket, which clients take for a URL. */
export interface LatencyRelay extends AsyncDisposable {
  readonly path: string
  /** From now on. */
  setDelay(ms: number): void
}

/** Hands everything on, both ways, so late that a round trip takes `delayMs` longer; order and pieces stay. */
export async function startLatencyRelay(to: string, delayMs: number): Promise<LatencyRelay> {
  const path = `${to}.late`
  let delay = delayMs
  const open = new Set<Socket>()
  const server = createServer((client) => join(client, connect(to))).listen(path)
  await once(server, 'listening')
  return {
    path,
    setDelay(ms) {
      delay = ms
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await rm(path, { force: true })
    },
  }

  function join(client: Socket, redis: Socket): void {
    for (const [from, into] of [
      [client, redis],
      [redis, client],
    ] as const) {
      const late = createLateness()
      open.add(from)
      from.on('data', (bytes) => late(() => into.destroyed || into.write(bytes)))
      from.on('end', () => late(() => into.end()))
      from.on('error', () => into.destroy())
      from.on('close', () => open.delete(from))
    }
  }

  /** One piece after the other, also where the delay has become shorter meanwhile. */
  function createLateness(): (work: () => void) => void {
    let last = Promise.resolve()
    return function late(work) {
      const due = performance.now() + delay / 2
      last = last.then(() => waitUntil(due)).then(work)
    }
  }
}

async function waitUntil(due: number): Promise<void> {
  const left = due - performance.now()
  if (left > 0) await sleep(left)
}
