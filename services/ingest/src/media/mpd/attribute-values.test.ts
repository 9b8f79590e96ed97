import { equal } from 'node:assert/strict'
import { isDateTime, parseDuration, parsePositive, parseUnsigned } from './attribute-values.ts'

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
    equal(parseDuration('PT10.666666666666666S'), 10.666666666666666)
  })

  it('makes nothing of anything else', () => {
    for (const text of [undefined, '', 'P', 'PT', '6', '-PT1S', 'PT1S ?', 'PT1H1'])
      equal(parseDuration(text), null, text)
  })
})

describe('times', () => {
  it('are of a day and an hour that exist', () => {
    for (const text of [
      '2024-02-29T00:00:00Z',
      '2026-12-31T24:00:00',
      '2026-06-30T23:59:60Z',
      '1970-01-01T00:00:00.5-08:00',
    ])
      equal(isDateTime(text), true, text)
    for (const text of [
      '2026-02-29T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-01-01T25:00:00Z',
      '2026-01-01T00:61:00Z',
      '2026-01-01',
    ])
      equal(isDateTime(text), false, text)
  })
})
