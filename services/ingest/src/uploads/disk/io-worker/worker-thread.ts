import { parentPort } from 'node:worker_threads'
import { createFile, linkFile, unlinkFile } from './file-steps.ts'
import { createJournalWriter } from './journal-writer.ts'
import type { IoFailure, Outcome, Transaction } from './transaction.ts'
import { decodeTransactions, type EncodedTransactions } from './transaction-codec.ts'

// The thread of `createIoWorker`: while it waits for the disk, no connection waits with it.
// Its journals stay open for as long as it runs.
const appendLines = createJournalWriter()
parentPort?.on('message', (encoded: EncodedTransactions) =>
  parentPort?.postMessage(runBatch(decodeTransactions(encoded))),
)

interface Running {
  readonly steps: Transaction
  journalSize: number
  failure: IoFailure | null
}

/**
 * Order within a batch: bodies, journal lines (one write per journal), links. A failed step skips the later steps of
 * its transaction.
 */
function runBatch(transactions: readonly Transaction[]): readonly Outcome[] {
  const batch = transactions.map((steps): Running => ({ steps, journalSize: 0, failure: null }))
  for (const one of batch) runStep('create', one, createFile)
  const withLine = batch.filter(({ steps, failure }) => steps.append && !failure)
  for (const [path, some] of Map.groupBy(withLine, ({ steps }) => steps.append?.path ?? ''))
    runAppends(path, some)
  for (const one of batch) {
    runStep('link', one, linkFile)
    runStep('unlink', one, unlinkFile)
  }
  return batch.map(({ failure, journalSize }) => failure ?? journalSize)
}

function runStep<Step extends 'create' | 'link' | 'unlink'>(
  step: Step,
  one: Running,
  run: (what: NonNullable<Transaction[Step]>) => void,
): void {
  const what = one.steps[step]
  if (!what || one.failure) return
  try {
    run(what)
  } catch (error) {
    fail(step, one, error)
  }
}

function runAppends(path: string, some: readonly Running[]): void {
  const lines = some.map(({ steps }) => steps.append?.line ?? '')
  try {
    const sizes = appendLines(path, lines)
    for (const [i, one] of some.entries()) one.journalSize = sizes[i] ?? 0
  } catch (error) {
    for (const one of some) fail('append', one, error)
  }
}

function fail(step: keyof Transaction, one: Running, error: unknown): void {
  const { code = '', message } = error as NodeJS.ErrnoException
  one.failure = { step, code, message, journalSize: one.journalSize }
}
