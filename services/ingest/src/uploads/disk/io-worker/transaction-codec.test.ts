import { deepEqual } from 'node:assert/strict'
import type { Transaction } from './transaction.ts'
import { decodeTransactions, encodeTransactions } from './transaction-codec.ts'

const none = { create: null, moved: null, append: null, link: null, unlink: null }
const create = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text) })

const transactions: readonly Transaction[] = [
  {
    create: create('uploads/a', 'the first body'),
    moved: null,
    append: { path: 'journal', line: '{"ä":1}\n' },
    link: { path: 'streams/1/ä', target: '../../uploads/a', temporaryPath: 'staging/a.link' },
    unlink: null,
  },
  { ...none, create: create('uploads/b', '') },
  { ...none, moved: 'uploads/d' },
  { ...none, append: { path: 'journal', line: '{}\n' } },
  { ...none, create: create('uploads/c', 'the third') },
  { ...none, unlink: { path: 'streams/1/b', removesFolder: true } },
  { ...none, unlink: { path: 'streams/1/c', removesFolder: false } },
]

describe('encodeTransactions', () => {
  it('is undone by decodeTransactions, each body with its own transaction', () => {
    const encoded = structuredClone(encodeTransactions(transactions))
    deepEqual(decodeTransactions(encoded), transactions)
  })

  it('puts all bodies into one part of memory that is theirs alone', () => {
    const { bytes } = encodeTransactions(transactions)
    deepEqual(bytes.length, bytes.buffer.byteLength)
    deepEqual(Buffer.from(bytes).toString(), 'the first bodythe third')
  })
})
