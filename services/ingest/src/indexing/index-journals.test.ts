import { deepEqual, equal } from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
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
      ...{ journals, log, retryMs: 1, progressMs: 1, idleMs: 1, nowMs: () => 0 },
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

  it('keeps no process alive whose Redis does not respond any more', async () => {
    const isAsked = Promise.withResolvers<void>()
    const deps = {
      journals: {
        ...{ own: 'one', isComplete: true, streams: async () => ['1'], of: async () => ['one'] },
        read: async () => ({ lines: [], next: 0, isEnd: true }),
      },
      ...{ log: createLogger('test', 'fatal'), retryMs: 1, progressMs: 60_000, idleMs: 1, nowMs: () => 0 },
      index: {
        position: async () => ({ cursors: {} }),
        jobs() {
          isAsked.resolve()
          return new Promise(() => undefined)
        },
      },
      probes: { enqueue: () => undefined },
      inspections: { forget: () => undefined },
      verdicts: { isPending: () => false },
    } as Partial<Record<keyof Deps, unknown>> as Deps
    // Mocha starts its timer of this test when the test waits.
    await nextTurn()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await using indexer = startIndexer(deps)
    void indexer.catchUp()
    await isAsked.promise
    equal(timers(), before)
  })
})

describe('indexing after an outage of Redis', () => {
  /** Lines of this instance, and what the first pass and the second one have to judge. */
  async function firstPasses(load: (skip: (ms: number) => void) => unknown) {
    const journals = new Map<string, readonly string[]>([
      ['one', []],
      ['two', []],
    ])
    const lineOf = (id: string, end: number) => ({
      entry: { kind: 'upload', id, upload: { id, receivedAt: id } },
      end,
    })
    const loaded: (readonly string[])[] = []
    const isSettled = Promise.withResolvers<void>()
    let ms = 20_000
    const deps = {
      journals: {
        own: 'one',
        isComplete: true,
        of: async () => [...journals.keys()],
        async read(_stream: string, journal: string, from: number) {
          const lines = (journals.get(journal) ?? []).slice(from).map((id, at) => lineOf(id, from + at + 1))
          return { lines, next: from + lines.length, isEnd: true }
        },
      },
      index: {
        position: async () => ({ cursors: {} }),
        async load(_stream: string, _at: unknown, entries: readonly { readonly id: string }[]) {
          loaded.push(entries.map(({ id }) => id))
          if (loaded.length > 1) throw new Error('this test ends here')
          // The request is on its way.
          await Promise.resolve()
          return load((skippedMs) => {
            ms += skippedMs
          })
        },
      },
      inspections: {
        ofAll: async () => ({ inspected: new Map(), gone: new Set() }),
        forget: () => undefined,
      },
      verdicts: { isPending: () => true },
      resolveOvertaken: async () => isSettled.resolve(),
      ...{ log: createLogger('test', 'fatal'), retryMs: 1, progressMs: 1, idleMs: 1, nowMs: () => ms },
    } as Partial<Record<keyof Deps, unknown>> as Deps
    await using indexer = startIndexer(deps)
    indexer.wake('1', 'nothing new')
    await isSettled.promise
    journals.set('one', ['b', 'd']).set('two', ['a', 'c'])
    indexer.wake('1', 'd')
    await until('the pass is repeated', async () => loaded.length > 1)
    return loaded.slice(0, 2)
  }
  const [own, all] = [
    ['b', 'd'],
    ['a', 'b', 'c', 'd'],
  ]

  it('takes the lines of all instances in the order of their times', async () => {
    const passes = await firstPasses(() => {
      throw new Error('Redis is away')
    })
    deepEqual(passes, [own, all])
  })

  it('does so where Redis has made it wait', async () => {
    deepEqual(await firstPasses((skip) => skip(500)), [own, all])
  })
})
