import type { Transaction } from './transaction.ts'

/**
 * Transactions on their way to the worker thread: all bodies in one part of memory, which is transferred, and
 * besides that one flat list. An object for each transaction, or memory for each body, takes longer to pass than
 * the work itself.
 */
export interface EncodedTransactions {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `wordsOfOne` for each transaction. A step that is not asked for has null for its path. */
  readonly words: readonly Word[]
}

type Word = string | number | boolean | null

const wordsOfOne = 10

/** Puts transactions into one message to the thread. */
export function encodeTransactions(transactions: readonly Transaction[]): EncodedTransactions {
  const bytes = Buffer.allocUnsafeSlow(transactions.reduce((sum, { create }) => sum + sizeOf(create), 0))
  const words: Word[] = []
  let at = 0
  for (const { create, moved, append, link, unlink } of transactions) {
    words.push(create?.path ?? null, sizeOf(create), moved ?? null)
    words.push(append?.path ?? null, append?.line ?? '')
    words.push(link?.path ?? null, link?.target ?? '', link?.temporaryPath ?? '')
    words.push(unlink?.path ?? null, unlink?.removesFolder ?? false)
    if (create) bytes.set(create.bytes, at)
    at += sizeOf(create)
  }
  return { bytes, words }
}

const sizeOf = (create: Transaction['create']): number => create?.bytes.length ?? 0

/** The transactions of a message that `encodeTransactions` made. */
export function decodeTransactions({ bytes, words }: EncodedTransactions): readonly Transaction[] {
  const transactions: Transaction[] = []
  let at = 0
  for (let first = 0; first < words.length; first += wordsOfOne) {
    const [body, size, moved, journal, line, link, target, temporaryPath, unlink, removesFolder] =
      // `encodeTransactions` put them there.
      words.slice(first, first + wordsOfOne) as WordsOfOne
    transactions.push({
      create: body === null ? null : { path: body, bytes: bytes.subarray(at, at + size) },
      moved,
      append: journal === null ? null : { path: journal, line },
      link: link === null ? null : { path: link, target, temporaryPath },
      unlink: unlink === null ? null : { path: unlink, removesFolder },
    })
    at += size
  }
  return transactions
}

type WordsOfOne = [
  create: string | null,
  size: number,
  moved: string | null,
  append: string | null,
  line: string,
  link: string | null,
  target: string,
  temporaryPath: string,
  unlink: string | null,
  removesFolder: boolean,
]
