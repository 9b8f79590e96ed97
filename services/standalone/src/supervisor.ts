import { CannotStart } from './cannot-start.ts'
import { type Child, type Facts, type Part, startChild } from './child.ts'
import type { Display } from './display.ts'
import { mayRestart } from './restart-policy.ts'

/** A part that is kept running. */
export interface Supervised {
  readonly ready: Promise<Facts>
  /** Fulfilled once it was stopped; rejected when it cannot be kept running. */
  readonly ended: Promise<void>
  stop(): Promise<void>
  kill(): void
}

/** Starts a part and starts it again when it dies, unless it was never ready or dies too often. */
export function supervise(part: Part, { log, show }: Display): Supervised {
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<Facts>()
  let facts: Facts | null = null
  let stopping = false
  let child: Child = start()
  return { ready, ended: keepRunning(), stop, kill: () => child.kill() }

  function start(): Child {
    const started = startChild(part, facts ?? {}, (line) => show(part.name, line))
    log.info({ part: part.name, process: started.pid }, 'part started')
    void started.ready.then((told) => {
      if (facts !== null) log.info({ part: part.name }, 'part runs again')
      facts = told
      becomeReady(told)
    })
    return started
  }

  async function keepRunning(): Promise<void> {
    const deaths: number[] = []
    for (;;) {
      const how = await child.closed
      if (stopping) return
      deaths.push(Date.now())
      if (facts === null) throw new CannotStart(epitaph(`did not start (${how})`))
      if (!mayRestart(deaths)) throw new CannotStart(epitaph(`died too often (${how})`))
      log.warn({ part: part.name, how }, 'part died, starting it again')
      child = start()
    }
  }

  async function stop(): Promise<void> {
    stopping = true
    await child.stop()
  }

  function epitaph(fate: string): string {
    const told = [`${part.name} ${fate}; its last lines:`, ...child.lastLines()].join('\n  ')
    return part.advice ? `${told}\n${part.advice}` : told
  }
}
