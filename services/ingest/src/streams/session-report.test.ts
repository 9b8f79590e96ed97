import { deepEqual, equal, ok } from 'node:assert/strict'
import type { FindingCounts } from '../validation/report.ts'
import { reportSessionsWith } from './session-report.ts'

const sessions = Array.from({ length: 10_000 }, (_, n) => String(n))

const countsOf = (session: string | null): FindingCounts => ({
  counts: { 'extension error': 1, ...(session === '7' ? { 'tfdt-gap warning': 2 } : {}) },
  first: { extension: [`of ${session}`] },
  preconditions: ['upload'],
})

function reportsOf(onRead: (count: number) => void) {
  return reportSessionsWith({
    journals: { has: async () => true },
    index: {
      sessions: async () => sessions,
      upload: async () => null,
      async tallies(_stream, wanted) {
        onRead(wanted.length)
        return wanted.map(countsOf)
      },
    },
  })
}

describe('the report of a stream', () => {
  it('adds up ten thousand sessions, of which few are in memory together', async () => {
    let maxAtOnce = 0
    const rows = await reportsOf((count) => {
      maxAtOnce = Math.max(maxAtOnce, count)
    }).report('1', null)
    ok(maxAtOnce <= 64, `${maxAtOnce} sessions`)
    const rowOf = (code: string) => rows.find((row) => row.code === code)
    equal(rowOf('extension')?.count, 10_001)
    deepEqual(rowOf('extension')?.uploads, ['of null', 'of 0', 'of 1', 'of 2', 'of 3'])
    deepEqual([rowOf('tfdt-gap')?.count, rowOf('tfdt-gap')?.severity], [2, 'warning'])
  })

  it('reads one session where one is asked for', async () => {
    const read: number[] = []
    const rows = await reportsOf((count) => read.push(count)).report('1', '7')
    deepEqual(read, [1])
    equal(rows.find(({ code }) => code === 'extension')?.count, 1)
  })
})
