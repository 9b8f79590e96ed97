import { deepEqual, ok } from 'node:assert/strict'
import type { JournalLines } from '../uploads/ports.ts'
import type { JournalEntry } from '../uploads/upload.ts'
import { mergeJournals, type ReadAhead } from './merge-journals.ts'

const second = (at: number): string => new Date(at * 1_000).toISOString()
const noted = (at: number): JournalEntry => ({ kind: 'object-deleted', id: '', path: '', at: second(at) })

/** Journals whose lines are ten bytes long and are read `atOnce` at a time; `reads` counts how often. */
function journalsOf(times: Readonly<Record<string, readonly number[]>>, atOnce = 100) {
  const journals = {
    reads: 0,
    async read(_stream: string, name: string, from: number): Promise<JournalLines> {
      journals.reads++
      const all = times[name] ?? []
      const taken = all.slice(from / 10, from / 10 + atOnce)
      const lines = taken.map((at, i) => ({ entry: noted(at), end: from + (i + 1) * 10 }))
      const next = from + taken.length * 10
      return { lines, next, isEnd: next === all.length * 10 }
    },
  }
  return journals
}

async function allOf(
  times: Readonly<Record<string, readonly number[]>>,
  atOnce: number,
  journals = journalsOf(times, atOnce),
): Promise<number[]> {
  const order: number[] = []
  const ahead: ReadAhead = new Map()
  let cursors = {}
  while (true) {
    const next = await mergeJournals(journals, '1', Object.keys(times), cursors, ahead)
    if (next.entries.length === 0) return order
    cursors = { ...cursors, ...next.cursors }
    order.push(...next.entries.map((entry) => (entry.kind === 'upload' ? 0 : Date.parse(entry.at) / 1_000)))
  }
}

describe('mergeJournals', () => {
  it('reads one journal in its own order, whatever its clock did', async () => {
    deepEqual(await allOf({ a: [1, 5, 2, 6] }, 3), [1, 5, 2, 6])
  })

  it('merges journals by time, however few lines are read at once', async () => {
    const times = { a: [1, 4, 5, 9], b: [2, 3, 8], c: [], d: [6, 7] }
    for (const atOnce of [1, 2, 100]) deepEqual(await allOf(times, atOnce), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('reads each line once, however many journals lie behind the one that is taken from', async () => {
    const times = { a: [1, 2, 3, 4, 5, 6], b: [7, 8, 9], c: [10, 11, 12] }
    const journals = journalsOf(times, 1)
    deepEqual(await allOf(times, 1, journals), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    // Each of the 12 lines, and at each end of a journal once for each call that follows.
    ok(journals.reads <= 12 + 8 + 5 + 2, `${journals.reads} reads`)
  })

  it('keeps the order within a journal whose clock was set back', async () => {
    deepEqual(await allOf({ a: [1, 9, 2], b: [3, 4] }, 100), [1, 3, 4, 9, 2])
  })

  it('gives a removal alone, after the lines before it and before those after it', async () => {
    const removal = { kind: 'uploads-removed', id: '', session: null, uploads: [], reason: 'age' } as const
    const all = [noted(1), noted(2), { ...removal, at: second(3) }, { ...removal, at: second(4) }, noted(5)]
    for (const names of [['a'], ['a', 'empty']]) {
      const batches: number[] = []
      const ahead: ReadAhead = new Map()
      let cursors = {}
      for (let next = await read(); next.entries.length > 0; next = await read()) {
        batches.push(next.entries.length)
        cursors = { ...cursors, ...next.cursors }
      }
      deepEqual(batches, [2, 1, 1, 1])

      function read() {
        return mergeJournals({ read: linesOf }, '1', names, cursors, ahead)
      }
    }

    async function linesOf(_stream: string, name: string, from: number): Promise<JournalLines> {
      const lines = all
        .map((entry, i) => ({ entry, end: i + 1 }))
        .filter(({ end }) => name === 'a' && end > from)
      return { lines, next: lines.at(-1)?.end ?? from, isEnd: true }
    }
  })
})
