import { equal, throws } from 'node:assert/strict'
import { readOptions } from './options.ts'
import { workerCountOf } from './worker-count.ts'

const linux = (cores: number) => ({ cores, platform: 'linux' }) as const
const mac = { cores: 16, platform: 'darwin' } as const

describe('workerCountOf', () => {
  it('is the number that is wanted, however many cores there are', () => {
    equal(workerCountOf(4, linux(2)), 4)
    equal(workerCountOf(1, mac), 1)
  })

  it('is one for each two cores on its own, and at least one', () => {
    for (const [cores, count] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
      [16, 8],
      [1_000, 64],
    ] as const)
      equal(workerCountOf('auto', linux(cores)), count, `${cores} cores`)
  })

  it('is one where proxies cannot share a port, and refuses more there', () => {
    equal(workerCountOf('auto', mac), 1)
    throws(() => workerCountOf(2, mac), { message: /--workers 2 needs Linux/ })
  })

  it('is one by default, and nothing but a number from 1 to 64 or auto', () => {
    equal(readOptions([], {}).workers, 1)
    equal(readOptions(['--workers', 'auto'], { WORKERS: '3' }).workers, 'auto')
    equal(readOptions([], { WORKERS: '3' }).workers, 3)
    for (const bad of ['0', '65', '-1', '1.5', 'many', '1e9', 'AUTO'])
      throws(
        () => readOptions([`--workers=${bad}`], {}),
        { message: /--workers must be a whole number/ },
        bad,
      )
  })
})
