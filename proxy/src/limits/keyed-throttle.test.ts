import { deepEqual, equal } from 'node:assert/strict'
import { createKeyedThrottle } from './keyed-throttle.ts'

describe('a keyed throttle', () => {
  it('lets each key pass once a minute', () => {
    let ms = 0
    const mayRepeat = createKeyedThrottle(() => ms)
    const passed = [0, 59_999, 60_000].map((at) => {
      ms = at
      return mayRepeat('192.0.2.1')
    })
    deepEqual(passed, [true, false, true])
    equal(mayRepeat('192.0.2.2'), true)
  })

  it('forgets the oldest of more than a thousand keys', () => {
    const mayRepeat = createKeyedThrottle(() => 0)
    for (let n = 0; n <= 1_000; n++) mayRepeat(`key ${n}`)
    deepEqual([mayRepeat('key 1000'), mayRepeat('key 0')], [false, true])
  })
})
