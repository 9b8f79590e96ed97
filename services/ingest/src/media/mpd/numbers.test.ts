import { equal } from 'node:assert/strict'
import { positive, seconds, unsigned } from './numbers.ts'

describe('unsigned', () => {
  it('reads digits and nothing else', () => {
    equal(unsigned(' 090 '), 90)
    for (const text of [undefined, '', '-1', '1.5', '1e3', '0x10', 'NaN', '9'.repeat(21)])
      equal(unsigned(text), null)
  })
})

describe('positive', () => {
  it('takes zero for absent', () => equal(positive('0'), null))
})

describe('seconds', () => {
  it('reads a duration', () => {
    equal(seconds('PT6.5S'), 6.5)
    equal(seconds('P1DT1H1M1S'), 90_061)
    equal(seconds('PT0S'), 0)
  })

  it('makes nothing of anything else', () => {
    for (const text of [undefined, '', 'P', 'PT', '6', '-PT1S', 'PT1S ?', 'PT1H1'])
      equal(seconds(text), null, text)
  })
})
