import { deepEqual } from 'node:assert/strict'
import { decodeInit, encodeInit } from './init-codec.ts'

describe('an init segment in the index', () => {
  it('names its session where that is another than the first of its number, and where there is none', () => {
    for (const session of [{}, { session: '1.2' }, { session: null }]) {
      const init = { path: 'v/v.init', upload: 'u1', ...session }
      deepEqual(decodeInit(init.path, encodeInit(init)), init)
    }
  })
})
