import { deepEqual, equal } from 'node:assert/strict'
import { evictBodiesWith } from './evict-bodies.ts'

describe('evictBodiesWith', () => {
  function setUp(maxBytes: number, behind: readonly string[] = []) {
    const bodies = new Map([
      ['1', ['a', 'c']],
      ['2', ['b', 'd']],
    ])
    const evictBodies = evictBodiesWith({
      streams: async () => [...bodies.keys()],
      local: {
        bodies: async (stream) =>
          (bodies.get(stream) ?? []).map((upload) => ({ upload, bytes: 10, usedMs: upload.charCodeAt(0) })),
        removeUploads: async (stream, uploads) => {
          bodies.set(stream, bodies.get(stream)?.filter((upload) => !uploads.includes(upload)) ?? [])
        },
      },
      shipper: { isBehind: (stream) => behind.includes(stream) },
      maxBytes,
      nowMs: () => 60_000,
    })
    return { evictBodies, left: () => [...bodies.values()].flat().sort() }
  }

  it('removes what was used least recently, to a little below the limit', async () => {
    const { evictBodies, left } = setUp(39)
    equal(await evictBodies(), 1)
    deepEqual(left(), ['b', 'c', 'd'])
    equal(await evictBodies(), 0)
  })

  it('removes nothing up to the limit', async () => {
    const { evictBodies, left } = setUp(40)
    equal(await evictBodies(), 0)
    deepEqual(left(), ['a', 'b', 'c', 'd'])
  })

  it('leaves what the store may not have', async () => {
    const { evictBodies, left } = setUp(1, ['2'])
    equal(await evictBodies(), 2)
    deepEqual(left(), ['b', 'd'])
  })
})
