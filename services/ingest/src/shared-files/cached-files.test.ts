import { deepEqual, equal } from 'node:assert/strict'
import { createLogger } from '@pushav/shared/logger.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Unavailable } from '../lib/unavailable.ts'
import { cachedFiles } from './cached-files.ts'
import type { ChangeCounts, SharedFiles } from './ports.ts'

/** Files and counts in memory, which count what is read. */
function inMemory() {
  const texts = new Map<string, string>()
  const counted = new Map<string, number>()
  const reads: string[] = []
  const state = { isRedisAway: false }
  const files: SharedFiles = {
    async read(name) {
      reads.push(name)
      return texts.get(name) ?? null
    },
    async list(folder) {
      reads.push(folder)
      return [...texts.keys()]
        .filter((name) => name.startsWith(folder))
        .map((name) => name.slice(folder.length))
        .sort()
    },
    async create(name, text) {
      if (texts.has(name)) return false
      return texts.set(name, text) !== null
    },
    replace: async (name, text) => void texts.set(name, text),
    async remove(names) {
      for (const name of names) texts.delete(name)
    },
  }
  const assertThere = () => {
    if (state.isRedisAway) throw new Unavailable('Redis', new Error('away'))
  }
  const counts: ChangeCounts = {
    async read() {
      assertThere()
      return Object.fromEntries([...counted].map(([folder, count]) => [folder, String(count)]))
    },
    async add(folder) {
      assertThere()
      counted.set(folder, (counted.get(folder) ?? 0) + 1)
    },
  }
  const log = createLogger('test', 'fatal')
  return { state, reads, start: () => cachedFiles({ files, counts, intervalMs: 5, log }) }
}

describe('cachedFiles', () => {
  it('reads each file and folder once, what is missing too', async () => {
    const { reads, start } = inMemory()
    using files = start()
    for (let round = 0; round < 3; round++) {
      equal(await files.read('a/x'), null)
      deepEqual(await files.list('a/'), [])
    }
    deepEqual(reads, ['a/x', 'a/'])
  })

  it('sees its own changes at once and those of another machine soon, in their folder alone', async () => {
    const { reads, start } = inMemory()
    using one = start()
    using two = start()
    await two.read('a/x')
    await two.read('b/x')
    await one.create('a/x', '1')
    equal(await one.read('a/x'), '1')
    await until('the other one sees it', async () => (await two.read('a/x')) === '1')
    deepEqual(await two.list('a/'), ['x'])
    await one.remove(['a/x'])
    equal(await one.read('a/x'), null)
    await until('the other one sees that', async () => (await two.list('a/')).length === 0)
    await two.read('b/x')
    equal(reads.filter((name) => name === 'b/x').length, 1)
  })

  it('tells others later of what it changed while Redis was away', async () => {
    const { state, start } = inMemory()
    using one = start()
    using two = start()
    equal(await two.read('a/x'), null)
    state.isRedisAway = true
    await one.replace('a/x', '1')
    equal(await two.read('a/x'), null)
    let changes = 0
    two.onChange(() => {
      changes += 1
    })
    state.isRedisAway = false
    await until('the other one sees it', async () => (await two.read('a/x')) === '1')
    equal(changes > 0, true)
  })

  it('reads anew after it was told to forget', async () => {
    const { reads, start } = inMemory()
    using files = start()
    await files.read('a/x')
    files.forget()
    await files.read('a/x')
    equal(reads.length, 2)
  })
})
