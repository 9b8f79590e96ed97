import { deepEqual, equal, rejects } from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { createFileMutex } from './file-mutex.ts'

describe('a mutex on files', () => {
  it('runs the tasks of a key one after the other, those of two processes too', async () => {
    await using directory = await temporaryDirectory()
    // Two mutexes share nothing but the files, as two processes do.
    const processes = [
      createFileMutex(join(directory.path, 'a-')),
      createFileMutex(join(directory.path, 'a-')),
    ]
    let value = 0
    let running = 0
    const increment = async () => {
      equal(++running, 1)
      const before = value
      await nextTurn()
      value = before + 1
      running--
    }
    await Promise.all(Array.from({ length: 20 }, (_, n) => processes[n % 2]?.('x', increment)))
    equal(value, 20)
  })

  it('goes on after a task that failed, and under another prefix within a task', async () => {
    await using directory = await temporaryDirectory()
    const outer = createFileMutex(join(directory.path, 'a-'))
    const inner = createFileMutex(join(directory.path, 'b-'))
    await rejects(
      outer('x', async () => {
        throw new Error('no')
      }),
      { message: 'no' },
    )
    deepEqual(await outer('x', () => inner('x', async () => 'both')), 'both')
  })
})
