import { deepEqual, equal } from 'node:assert/strict'
import { withInitCache } from './cache-inits.ts'
import type { Uploads } from './ports.ts'

describe('rememberingInits', () => {
  const reading = (init: Buffer | null) => {
    const read: string[] = []
    const never = () => Promise.reject(new Error('not to be asked'))
    const uploads: Uploads = {
      inputKind: never,
      sandboxDir: never,
      bytes: never,
      async init(stream, upload) {
        read.push(`${stream}/${upload}`)
        return init
      },
    }
    return { read, uploads: withInitCache(uploads) }
  }

  it('reads the init segment of a track once', async () => {
    const { read, uploads } = reading(Buffer.from('moov'))
    for (const stream of ['1', '1', '2']) deepEqual(await uploads.init(stream, 'i'), Buffer.from('moov'))
    deepEqual(read, ['1/i', '2/i'])
  })

  it('remembers neither large ones nor that there is none', async () => {
    for (const init of [null, Buffer.alloc(2 ** 16 + 1)]) {
      const { read, uploads } = reading(init)
      await uploads.init('1', 'i')
      await uploads.init('1', 'i')
      equal(read.length, 2)
    }
  })
})
