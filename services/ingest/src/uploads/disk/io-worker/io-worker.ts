import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { packOperations } from './operation-codec.ts'
import type { IoError, Operation, Outcome } from './operations.ts'

/** Small works on the disk, one after the other, on a thread of their own. */
export interface IoWorker extends AsyncDisposable {
  /**
   * Works of one chain that are asked for in one turn of the event loop need not wait for each other. Rejects with
   * the system's error, also for the others of its chain.
   */
  run(work: Operation): Promise<number>
}

/**
 * What comes while a batch is under way goes into the next one: under load one message carries many works, and
 * each costs its system calls and no more; Node's thread pool would wake a thread for every call.
 */
export function createIoWorker(): IoWorker {
  const worker = new Worker(new URL('./worker-thread.ts', import.meta.url))
  let waiting: Waiting[] = []
  let underWay: Waiting[] = []
  let death: Error | null = null
  worker.on('message', (outcomes: readonly Outcome[]) => {
    const done = underWay
    underWay = []
    if (waiting.length > 0) send()
    else worker.unref()
    for (const [i, { settle }] of done.entries()) settle(outcomes[i] ?? 0)
  })
  worker.on('error', (error) => {
    death = error
    for (const { settle } of [...underWay.splice(0), ...waiting.splice(0)]) settle(faultOf(error))
  })
  worker.unref()

  return {
    run(work) {
      if (death) return Promise.reject(death)
      return new Promise((resolve, reject) => {
        const settle = (outcome: Outcome) =>
          typeof outcome === 'number' ? resolve(outcome) : reject(errorOf(outcome))
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
    const packed = packOperations(underWay.map(({ work }) => work))
    worker.postMessage(packed, [packed.bytes.buffer])
  }
}

interface Waiting {
  readonly work: Operation
  settle(outcome: Outcome): void
}

const faultOf = ({ message }: Error): IoError => ({ code: '', message })

function errorOf({ code, message }: IoError): Error {
  return Object.assign(new Error(message), code === '' ? {} : { code })
}
