import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A relay to Redis that adds latency. `path` is its Unix socket, which is also a valid Redis URL. */
export interface LatencyRelay extends AsyncDisposable {
  readonly path: string
  /** Changes the delay from now on. */
  setDelay(ms: number): void
}

/** Starts a relay that delays both directions so that a round trip takes `delayMs` longer. Bytes keep their order. */
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

  /** Runs work after the delay and in order, even if the delay becomes shorter. */
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
