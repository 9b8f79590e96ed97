import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readAhead } from './read-ahead.ts'

describe('readAhead', () => {
  const all = randomBytes(300_000)
  let fetches: number

  const opened = (bytes: Buffer) => {
    fetches = 0
    return readAhead(async (from, to) => {
      fetches += 1
      return { size: bytes.length, bytes: bytes.subarray(from, to) }
    })
  }

  it('gives just what is there, wherever it is asked for', async () => {
    const bytes = await opened(all)
    equal(bytes.size, all.length)
    const asked: [number, number][] = [
      [0, 16],
      [16_380, 16],
      [16_390, 100_000],
      [5, 5],
      [299_990, 16],
      [0, 300_000],
      [0, 999_999],
    ]
    for (const [start, length] of asked)
      deepEqual(await bytes.read(start, length), all.subarray(start, start + length), String(start))
  })

  it('needs few requests for many small reads in a row', async () => {
    const bytes = await opened(all)
    for (let start = 0; start < all.length; start += 300) await bytes.read(start, 16)
    ok(fetches <= 5, String(fetches))
  })

  it('asks nothing more of what is empty', async () => {
    const bytes = await opened(Buffer.alloc(0))
    deepEqual(await bytes.read(0, 4_096), Buffer.alloc(0))
    equal(fetches, 1)
  })
})
