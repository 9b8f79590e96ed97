import { equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { startIndexer } from './index-journals.ts'

type Deps = Parameters<typeof startIndexer>[0]

describe('catching up', () => {
  it('says in the log how far it has come', async () => {
    const lines: { readonly msg: string; readonly streams: number; readonly streamsDone: number }[] = []
    const log = createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) })
    const { promise: isRead, resolve } = Promise.withResolvers<void>()
    // Stream 2 has a long journal; neither has lines that are new.
    const journals = {
      own: 'one',
      isComplete: true,
      streams: async () => ['1', '2'],
      of: async () => ['one'],
      read: async (stream: string) => {
        if (stream === '2') await isRead
        return { lines: [], next: 0, isEnd: true }
      },
    }
    const deps = {
      ...{ journals, log, retryMs: 1, progressMs: 1, idleMs: 1 },
      index: { position: async () => ({ cursors: {} }), jobs: async () => [] },
      probes: { enqueue: () => undefined },
      inspections: { forget: () => undefined },
      verdicts: { isPending: () => false },
    } as Partial<Record<keyof Deps, unknown>> as Deps
    await using indexer = startIndexer(deps)
    const through = indexer.catchUp()
    const last = await until('it is half through', async () => lines.find((line) => line.streamsDone === 1))
    equal(last.msg, 'index is catching up')
    equal(last.streams, 2)
    resolve()
    await through
  })
})
