import { equal } from 'node:assert/strict'
import { cameraKey } from './seal.ts'

describe('media of HomeKit Secure Video', () => {
  it('is sealed as in the published vector', () => {
    const secret = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
    const key = cameraKey(secret, 0x1234n)
    const iv = Buffer.from(Array.from({ length: 16 }, (_, at) => 0xa0 + at))
    equal(key.id, '0000000012344000')
    equal(
      key.seal(Buffer.from('ftypmoov'), iv).toString('hex'),
      'a0a1a2a3a4a5a6a7a8a9aaabacadaeafce0f2dae6bf2c5b78a127b7b1b3bfea6147b37cbbde5712a',
    )
  })

  it('never has the same IV twice', () => {
    const key = cameraKey(Buffer.alloc(32), 1n)
    const ivs = Array.from({ length: 100 }, () => key.seal(Buffer.from('x')).toString('hex', 0, 16))
    equal(new Set(ivs).size, ivs.length)
  })
})
