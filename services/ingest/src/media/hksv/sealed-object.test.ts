import { equal, throws } from 'node:assert/strict'
import { contentKeyOf, ivOf, keyIdOf, keyIdPattern, openSealedObject } from './sealed-object.ts'

const cameraKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const key = contentKeyOf(cameraKey)
const iv = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf'
const object = Buffer.from(`${iv}ce0f2dae6bf2c5b78a127b7b1b3bfea6147b37cbbde5712a`, 'hex')

describe('a sealed object of HomeKit Secure Video', () => {
  it('opens with the key that follows from the camera key', () => {
    equal(key.toString('hex'), 'bc6ca5e67f07754fd51de3d56c9e9af2f8343636248ae1f1cd74fe09df84a317')
    equal(openSealedObject(key, object)?.toString(), 'ftypmoov')
    equal(ivOf(object), iv)
  })

  it('opens the time of a session in the same way', () => {
    const parts = [
      Buffer.from(iv, 'hex'),
      Buffer.from('mktm6Cutk+zye0Nccov0ffknQpU=', 'base64'),
      Buffer.from('aPg3jLgUiP2y8d0lSdKNfA==', 'base64'),
    ]
    equal(openSealedObject(key, Buffer.concat(parts))?.toString(), '2026-09-15T00:00:00Z')
  })

  it('does not open with another key, with a changed byte or cut off', () => {
    equal(openSealedObject(contentKeyOf(cameraKey.toReversed()), object), null)
    for (let at = 0; at < object.length; at++) {
      const changed = Buffer.from(object)
      changed[at] = (changed[at] ?? 0) ^ 1
      equal(openSealedObject(key, changed), null, `byte ${at}`)
    }
    for (const length of [0, 15, 31, 39]) equal(openSealedObject(key, object.subarray(0, length)), null)
  })

  it('has a key id that ends in 4000', () => {
    equal(keyIdOf(0x1234n), '0000000012344000')
    equal(keyIdPattern.test(keyIdOf(2n ** 64n - 1n)), true)
    equal(keyIdPattern.test('0000000012345000'), false)
  })

  it('has a camera key of 32 bytes', () => {
    throws(() => contentKeyOf(Buffer.alloc(16)), /expected a camera key of 32 bytes, received 16/)
  })
})
