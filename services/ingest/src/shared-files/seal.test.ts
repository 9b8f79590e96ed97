import { equal, notDeepEqual } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { deriveKey, seal, unseal } from './seal.ts'

describe('seal', () => {
  const key = randomBytes(32)

  it('opens under its name with its key alone', () => {
    const sealed = seal(key, 'a/b', 'a secret, ünïcode')
    equal(unseal(key, 'a/b', sealed), 'a secret, ünïcode')
    equal(unseal(key, 'a/c', sealed), null)
    equal(unseal(randomBytes(32), 'a/b', sealed), null)
    equal(sealed.includes('secret'), false)
    notDeepEqual(seal(key, 'a/b', 'a secret, ünïcode'), sealed)
    equal(unseal(key, 'a', seal(key, 'a', '')), '')
  })

  it('does not open when a byte was changed, or bytes are missing', () => {
    const sealed = seal(key, 'a', 'text')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      equal(unseal(key, 'a', changed), null, String(at))
      equal(unseal(key, 'a', sealed.subarray(0, at)), null, String(at))
    }
  })

  it('has another key for another passphrase and another salt', async () => {
    const salt = Buffer.alloc(16)
    const [one, same, other, salted] = await Promise.all([
      deriveKey('correct horse', salt, 1_024),
      deriveKey('correct horse', salt, 1_024),
      deriveKey('correct hors', salt, 1_024),
      deriveKey('correct horse', Buffer.alloc(16, 1), 1_024),
    ])
    equal(one.equals(same), true)
    equal(one.equals(other) || one.equals(salted), false)
  })
})
