import { deepEqual, equal, ok } from 'node:assert/strict'
import { encodePathEntry } from '../../indexing/redis/codecs/path-entry.ts'
import { inPages } from '../pages.ts'
import { inArrivalOrder } from './arrival-order.ts'

const entryOf = (receivedMs: number, upload = String(receivedMs).padStart(6, '0')) =>
  encodePathEntry({ upload, receivedMs, session: null, isAccepted: true })

type Entry = readonly [path: string, entry: string]

async function* pagesOf(entries: readonly Entry[]) {
  yield* inPages(entries, 7)
}

const pathsIn = async (...hashes: (readonly Entry[])[]) =>
  (await Array.fromAsync(inArrivalOrder(hashes.map(pagesOf)))).flat().map(({ path }) => path)

describe('inArrivalOrder', () => {
  it('puts thousands of paths of several hashes into arrival order', async () => {
    const times = Array.from({ length: 3_001 }, (_, i) => (i * 7_919) % 3_001)
    const entries = times.map((ms): Entry => [`video_${ms}.m4s`, entryOf(ms)])
    const found = await pathsIn(entries.slice(0, 1_000), [], entries.slice(1_000))
    deepEqual(
      found,
      times.map((_, ms) => `video_${ms}.m4s`),
    )
  })

  it('goes by the ids within a millisecond', async () => {
    const ids = ['c', 'a', 'd', 'b']
    deepEqual(await pathsIn(ids.map((id): Entry => [`of-${id}`, entryOf(5, id)])), [
      'of-a',
      'of-b',
      'of-c',
      'of-d',
    ])
  })

  it('lists a path that a hash gives twice once, with the later entry', async () => {
    const twice: Entry[] = [
      ['v', entryOf(1)],
      ['w', entryOf(2)],
      ['v', entryOf(3)],
    ]
    deepEqual(await pathsIn(twice), ['w', 'v'])
    deepEqual(await pathsIn(twice.slice(0, 1), twice.slice(2)), ['v', 'v'])
  })

  it('lets the event loop turn between pages', async () => {
    const entries = Array.from({ length: 5_000 }, (_, ms): Entry => [`video_${ms}.m4s`, entryOf(ms)])
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    equal((await pathsIn(entries)).length, entries.length)
    clearInterval(timer)
    ok(turns >= 3, `${turns} turns`)
  })
})
