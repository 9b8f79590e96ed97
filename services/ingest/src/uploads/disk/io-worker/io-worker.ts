import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Durability, IoFailure, Outcome, Transaction } from './transaction.ts'
import { encodeTransactions } from './transaction-codec.ts'

/** Small file operations, one after the other, on a thread of their own. */
export interface IoWorker extends AsyncDisposable {
  /**
   * Resolves once the steps are done, and, with durability `power`, flushed to the disk: what comes while a batch is
   * flushed shares the next flush. The value is the journal's size in bytes after the appended line, or 0 without
   * one. Throws an `IoError` when a step failed. Promises settle in the order of the calls.
   */
  run(transaction: Transaction): Promise<number>
}

/** A step of a transaction that the system refused; `code` is the system's, such as `ENOENT`. */
export class IoError extends Error {
  override name = 'IoError' as const
  readonly step: IoFailure['step']
  readonly code: string
  /** The journal's size after the line, if that was appended before the step failed; else 0. */
  readonly journalSize: number

  constructor({ step, code, message, journalSize }: IoFailure) {
    super(message)
    this.step = step
    this.code = code
    this.journalSize = journalSize
  }
}

/**
 * Transactions that come while a batch is in flight go into the next one: under load one message carries many of
 * them, and each costs its system calls and no more; Node's thread pool would wake a thread for every call.
 */
export function createIoWorker(durability: Durability = 'process'): IoWorker {
  const worker = new Worker(new URL('./worker-thread.ts', import.meta.url), { workerData: durability })
  let waiting: PendingTransaction[] = []
  let inFlight: PendingTransaction[] = []
  let failure: Error | null = null
  worker.on('message', (message: unknown) => {
    if (!areOutcomes(message)) return
    const done = inFlight
    inFlight = []
    if (waiting.length > 0) send()
    else worker.unref()
    for (const [i, outcome] of message.entries()) {
      const one = done[i]
      if (one) settle(one, outcome)
    }
  })
  worker.on('error', (error: Error) => {
    failure = error
    for (const { reject } of [...inFlight.splice(0), ...waiting.splice(0)]) reject(error)
  })
  worker.unref()

  return {
    run(transaction) {
      if (failure) return Promise.reject(failure)
      return new Promise((resolve, reject) => {
        waiting.push({ transaction, resolve, reject })
        // Transactions of the same turn of the event loop share the message.
        if (inFlight.length === 0 && waiting.length === 1) setImmediate(send)
      })
    },
    async [Symbol.asyncDispose]() {
      while (waiting.length + inFlight.length > 0) await once(worker, 'message')
      await worker.terminate()
    },
  }

  function send(): void {
    if (inFlight.length > 0 || waiting.length === 0) return
    inFlight = waiting
    waiting = []
    worker.ref()
    const encoded = encodeTransactions(inFlight.map(({ transaction }) => transaction))
    worker.postMessage(encoded, [encoded.bytes.buffer])
  }
}

interface PendingTransaction {
  readonly transaction: Transaction
  readonly resolve: (journalSize: number) => void
  readonly reject: (error: Error) => void
}

/** Under --watch Node posts in the thread's name, too: which modules it loads. */
const areOutcomes = (message: unknown): message is readonly Outcome[] => Array.isArray(message)

function settle({ resolve, reject }: PendingTransaction, outcome: Outcome): void {
  if (typeof outcome === 'number') resolve(outcome)
  else reject(new IoError(outcome))
}
