import { equal } from 'node:assert/strict'
import { parseDuration, parsePositive, parseUnsigned } from './attribute-values.ts'

describe('unsigned', () => {
  it('reads digits and nothing else', () => {
    equal(parseUnsigned(' 090 '), 90)
    for (const text of [undefined, '', '-1', '1.5', '1e3', '0x10', 'NaN', '9'.repeat(21)])
      equal(parseUnsigned(text), null)
  })
})

describe('positive', () => {
  it('takes zero for absent', () => equal(parsePositive('0'), null))
})

describe('seconds', () => {
  it('reads a duration', () => {
    equal(parseDuration('PT6.5S'), 6.5)
    equal(parseDuration('P1DT1H1M1S'), 90_061)
    equal(parseDuration('PT0S'), 0)
  })

  it('makes nothing of anything else', () => {
    for (const text of [undefined, '', 'P', 'PT', '6', '-PT1S', 'PT1S ?', 'PT1H1'])
      equal(parseDuration(text), null, text)
  })
})
