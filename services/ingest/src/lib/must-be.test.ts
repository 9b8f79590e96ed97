import { equal } from 'node:assert/strict'
import { mustBe } from './must-be.ts'

describe('mustBe', () => {
  it('names what was given, also what came twice or is long', () => {
    equal(mustBe('strict', 'true or false', 'maybe'), 'strict must be true or false, but is "maybe"')
    equal(mustBe('strict', 'true or false', ['a', 'b']), 'strict must be true or false, but is ["a","b"]')
    equal(mustBe('type', 'ec or rsa', 'x'.repeat(500)), `type must be ec or rsa, but is "${'x'.repeat(79)}…`)
  })
})
