import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Outcome, Work } from './disk-work.ts'

/** Small works on the disk, one after the other, on a thread of their own. */
export interface DiskThread extends AsyncDisposable {
  /** Rejects with the system's error. */
  run(work: Work): Promise<void>
}

/**
 * What comes while a batch is under way goes into the next one: under load one message carries many works, and
 * each costs its system calls and no more; Node's thread pool would wake a thread for every call.
 */
export function createDiskThread(): DiskThread {
  const worker = new Worker(new URL('./disk-work.ts', import.meta.url))
  let waiting: Waiting[] = []
  let underWay: Waiting[] = []
  let death: Error | null = null
  worker.on('message', (outcomes: readonly Outcome[]) => {
    const done = underWay
    underWay = []
    if (waiting.length > 0) send()
    else worker.unref()
    for (const [i, { settle }] of done.entries()) settle(outcomes[i] ?? null)
  })
  worker.on('error', (error) => {
    death = error
    for (const { settle } of [...underWay.splice(0), ...waiting.splice(0)]) settle(failure(error))
  })
  worker.unref()

  return {
    run(work) {
      if (death) return Promise.reject(death)
      return new Promise((resolve, reject) => {
        const settle = (outcome: Outcome) => (outcome === null ? resolve() : reject(errorOf(outcome)))
        waiting.push({ work, settle })
        // What else happens in this turn of the event loop goes along.
        if (underWay.length === 0 && waiting.length === 1) setImmediate(send)
      })
    },
    async [Symbol.asyncDispose]() {
      while (waiting.length + underWay.length > 0) await once(worker, 'message')
      await worker.terminate()
    },
  }

  function send(): void {
    if (underWay.length > 0 || waiting.length === 0) return
    underWay = waiting
    waiting = []
    worker.ref()
    worker.postMessage(underWay.map(({ work }) => work))
  }
}

interface Waiting {
  readonly work: Work
  settle(outcome: Outcome): void
}

const failure = ({ message }: Error): Outcome => ({ code: '', message })

function errorOf({ code, message }: NonNullable<Outcome>): Error {
  return Object.assign(new Error(message), code === '' ? {} : { code })
}
