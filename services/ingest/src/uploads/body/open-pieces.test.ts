import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { Extent } from '../ports.ts'
import { openPiecesWith } from './open-pieces.ts'

const body = Buffer.from(Array.from({ length: 200_000 }, (_, at) => at % 251))

describe('openPiecesWith', () => {
  function setUp() {
    const extents: Extent[] = []
    const open = openPiecesWith(
      {
        locate: async (_stream, upload) =>
          upload === 'here'
            ? { kind: 'file', file: '/here' }
            : {
                ...{ kind: 'remote', bytes: body.length, modifiedAt: new Date(0) },
                async *read(extent) {
                  extents.push(extent)
                  yield body.subarray(extent.from, extent.to)
                },
              },
      },
      async (_stream, upload) => {
        throw new Error(`opened as a file: ${upload}`)
      },
    )
    return { open, extents }
  }

  it('reads pieces where they are, and those near each other together', async () => {
    const { open, extents } = setUp()
    await using file = await open('1', 'far')
    equal(file.bytes, body.length)
    deepEqual(await file.read(0, 16), body.subarray(0, 16))
    deepEqual(await file.read(60_000, 100), body.subarray(60_000, 60_100))
    deepEqual(await file.read(65_500, 100), body.subarray(65_500, 65_600))
    deepEqual(await file.read(10, 100), body.subarray(10, 110))
    deepEqual(await file.read(199_990, 100), body.subarray(199_990))
    equal((await file.read(200_000, 1)).length, 0)
    deepEqual(
      extents.map(({ from, to }) => [from, to]),
      [
        [0, 65_536],
        [65_500, 131_036],
        [10, 65_546],
        [199_990, 200_000],
      ],
    )
  })

  it('opens a file here as a file, and asks nothing for what is no id', async () => {
    const { open } = setUp()
    await rejects(open('1', 'here'), /as a file: here/)
    await rejects(open('1', '../far'), /as a file: ..\/far/)
  })
})
