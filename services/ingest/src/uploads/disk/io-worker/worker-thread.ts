import { rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createFile, foldersOf, linkFile, syncPath, unlinkFile } from './file-steps.ts'
import { createJournalWriter } from './journal-writer.ts'
import type { Durability, IoFailure, Outcome, Transaction } from './transaction.ts'
import { decodeTransactions, type EncodedTransactions } from './transaction-codec.ts'

// The thread of `createIoWorker`: while it waits for the disk, no connection waits with it.
// Its journals stay open for as long as it runs.
const durability: Durability = workerData
const appendLines = createJournalWriter(durability)
parentPort?.on('message', async (encoded: EncodedTransactions) =>
  parentPort?.postMessage(await runBatch(decodeTransactions(encoded))),
)

interface BatchEntry {
  readonly steps: Transaction
  journalSize: number
  failure: IoFailure | null
  /** The topmost folder that the link needed and that was missing. */
  madeFolder: string | undefined
}

/**
 * Order within a batch: bodies, journal lines (one write per journal), links. Where power may be lost, each of the
 * three is flushed before the next begins, and each journal and folder once. A failed step skips the later steps of its
 * transaction.
 */
async function runBatch(transactions: readonly Transaction[]): Promise<readonly Outcome[]> {
  const batch = transactions.map(
    (steps): BatchEntry => ({ steps, journalSize: 0, failure: null, madeFolder: undefined }),
  )
  for (const one of batch) runStep('create', one, createFile)
  if (durability === 'power') await flushBodies(batch)
  const withLine = batch.filter(({ steps, failure }) => steps.append && !failure)
  for (const [path, some] of Map.groupBy(withLine, ({ steps }) => steps.append?.path ?? ''))
    runAppends(path, some)
  for (const one of batch) {
    runStep('link', one, (link) => {
      one.madeFolder = linkFile(link)
    })
    runStep('unlink', one, unlinkFile)
  }
  if (durability === 'power') flushLinks(batch)
  return batch.map(({ failure, journalSize }) => failure ?? journalSize)
}

/** Flushes all bodies at once: a file system with a journal of its own takes several flushes in one write to it. */
async function flushBodies(batch: readonly BatchEntry[]): Promise<void> {
  const created = batch.filter(({ steps, failure }) => steps.create && !failure)
  await Promise.all(
    created.map((one) => syncFile(one.steps.create?.path ?? '').catch((error) => fail('create', one, error))),
  )
  const withBody = batch.filter(({ steps }) => steps.create || steps.moved)
  flushFolders('create', withBody, ({ create, moved }) => foldersOf(create?.path ?? moved ?? ''))
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path)
  await file.sync()
}

function flushLinks(batch: readonly BatchEntry[]): void {
  const withLink = batch.filter(({ steps }) => steps.link)
  flushFolders('link', withLink, ({ link }, madeFolder) => foldersOf(link?.path ?? '', madeFolder))
}

/** Flushes each folder once; what depends on one that cannot be flushed has failed. */
function flushFolders(
  step: 'create' | 'link',
  batch: readonly BatchEntry[],
  foldersIn: (steps: Transaction, madeFolder: string | undefined) => readonly string[],
): void {
  const outcomes = new Map<string, unknown>()
  for (const one of batch.filter(({ failure }) => failure === null)) {
    for (const folder of foldersIn(one.steps, one.madeFolder)) {
      if (!outcomes.has(folder))
        outcomes.set(
          folder,
          failureOf(() => syncPath(folder)),
        )
      const error = outcomes.get(folder)
      if (error !== null && one.failure === null) fail(step, one, error)
    }
  }
}

function failureOf(work: () => void): unknown {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}

function runStep<Step extends 'create' | 'link' | 'unlink'>(
  step: Step,
  one: BatchEntry,
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

function runAppends(path: string, some: readonly BatchEntry[]): void {
  const lines = some.map(({ steps }) => steps.append?.line ?? '')
  try {
    const sizes = appendLines(path, lines)
    for (const [i, one] of some.entries()) one.journalSize = sizes[i] ?? 0
  } catch (error) {
    for (const one of some) {
      fail('append', one, error)
      // No line names the body.
      if (one.steps.create) rmSync(one.steps.create.path, { force: true })
    }
  }
}

function fail(step: keyof Transaction, one: BatchEntry, error: unknown): void {
  const { code = '', message } = error as NodeJS.ErrnoException
  one.failure = { step, code, message, journalSize: one.journalSize }
}
