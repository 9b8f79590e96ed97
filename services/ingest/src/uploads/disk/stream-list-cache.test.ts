import { deepEqual } from 'node:assert/strict'
import { mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { cacheStreamList } from './stream-list-cache.ts'

const changed = new Date('2026-05-04T10:00:00Z')
const secondsLater = (seconds: number) => new Date(changed.getTime() + seconds * 1_000)

describe('cacheStreamList', () => {
  it('lists anew only after a change of the folder, and one that has just changed again and again', async () => {
    await using directory = await temporaryDirectory()
    const journals = join(directory.path, 'journals')
    await mkdir(journals)
    let now = secondsLater(1)
    let lists = 0
    const list = async () => [String(++lists)]
    const streams = cacheStreamList(directory.path, list, () => now)
    const thrice = async () => [await streams(), await streams(), await streams()].flat()
    await utimes(journals, changed, changed)
    deepEqual(await thrice(), ['1', '2', '3'])
    now = secondsLater(10)
    deepEqual(await thrice(), ['4', '4', '4'])
    await utimes(journals, secondsLater(5), secondsLater(5))
    deepEqual(await thrice(), ['5', '5', '5'])
  })
})
