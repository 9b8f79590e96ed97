import { deepEqual, equal, ok } from 'node:assert/strict'
import { createKeyRecipient, wrapKey, wrappedKey } from './wrapped-key.ts'

const key = Buffer.alloc(32, 7)

describe('a wrapped key', () => {
  it('is read by those it was wrapped for, and by no others', () => {
    const [one, two, other] = [createKeyRecipient(), createKeyRecipient(), createKeyRecipient()]
    const wrapped = wrappedKey.parse(JSON.parse(JSON.stringify(wrapKey(key, [one.publicKey, two.publicKey]))))
    deepEqual([one.unwrap(wrapped), two.unwrap(wrapped), other.unwrap(wrapped)], [key, key, null])
    const text = JSON.stringify(wrapped)
    ok(!text.includes(key.toString('base64').slice(0, 20)) && !text.includes(key.toString('hex')))
    // What was wrapped for one, in the name of another.
    const keys = { [other.publicKey]: wrapped.keys[one.publicKey] ?? '' }
    equal(other.unwrap({ ...wrapped, keys }), null)
  })

  it('is none when it was changed', () => {
    const one = createKeyRecipient()
    const wrapped = wrapKey(key, [one.publicKey])
    const bytes = Buffer.from(wrapped.keys[one.publicKey] ?? '', 'base64')
    for (const changed of [bytes.fill(0, 20, 21), Buffer.alloc(0), Buffer.alloc(28), bytes.subarray(1)])
      equal(one.unwrap({ ...wrapped, keys: { [one.publicKey]: changed.toString('base64') } }), null)
    equal(one.unwrap({ ...wrapped, ephemeral: 'none' }), null)
    equal(one.unwrap({ ...wrapped, ephemeral: createKeyRecipient().publicKey }), null)
  })
})
