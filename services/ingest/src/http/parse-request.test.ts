import { doesNotMatch, equal, throws } from 'node:assert/strict'
import { pageQuery } from '@pushav/shared/api/common.ts'
import { z } from 'zod'
import { Refusal } from '../lib/refusal.ts'
import { parseBody, parseQuery } from './parse-request.ts'

const body = z.strictObject({
  name: z.string().min(1).max(3).optional(),
  names: z.array(z.string().min(2)).min(1).max(2).optional(),
  nested: z.object({ is_on: z.boolean() }).optional(),
  mode: z.enum(['a', 'b']).optional(),
  one: z.union([z.string(), z.number()]).optional(),
  short: z.string().regex(/^x/).optional(),
  odd: z.string().regex(/^x/, 'must begin with x').optional(),
  at: z.iso.datetime().optional(),
})

describe('parseBody', () => {
  for (const [what, sentence] of [
    [{ name: '' }, 'name must have at least 1 character'],
    [{ name: 'long' }, 'name must have at most 3 characters'],
    [{ name: 1 }, 'name must be a text'],
    [{ name: null }, 'name must be a text'],
    [{ names: [] }, 'names must have at least 1 entry'],
    [{ names: ['aa', 'aa', 'aa'] }, 'names must have at most 2 entries'],
    [{ names: ['aa', 'a'] }, 'names[1] must have at least 2 characters'],
    [{ names: {} }, 'names must be a list'],
    [{ nested: {} }, 'nested.is_on must be true or false'],
    [{ mode: 'c' }, 'mode must be "a" or "b"'],
    [{ one: true }, 'one has none of the forms that are allowed'],
    [{ short: 'y' }, 'short is not valid'],
    [{ odd: 'y' }, 'odd must begin with x'],
    [{ at: 'noon' }, 'at must be a time such as 2026-11-29T12:00:00Z'],
    [{ other: 1 }, 'it must not have "other"'],
    [[], 'it must be an object'],
    [{ name: 1, mode: 1 }, 'name must be a text; mode must be "a" or "b"'],
  ] as const)
    it(`says of ${JSON.stringify(what)} that ${sentence}`, () => {
      throws(
        () => parseBody(body, what),
        new Refusal('request-malformed', `the JSON body is not as expected: ${sentence}`),
      )
    })
})

describe('parseQuery', () => {
  it('takes ?pretty with any schema', () =>
    equal(parseQuery(z.object(pageQuery), { pretty: '', limit: '5' }).limit, 5))

  for (const [query, sentence] of [
    [{ limit: '0' }, 'limit must be at least 1'],
    [{ limit: '1001' }, 'limit must be at most 1000'],
    [{ limit: '1.5' }, 'limit must be a whole number'],
    [{ limit: 'many' }, 'limit must be a number'],
    [{ cursor: '-1' }, 'cursor must be at least 0'],
    [{ limit: ['1', '2'] }, 'limit must be a number'],
    [{ limt: '1' }, 'it must not have "limt", but may have cursor, limit'],
    [{ ['x'.repeat(50)]: '1' }, `it must not have "${'x'.repeat(40)}", but may have cursor, limit`],
  ] as const)
    it(`says of ${JSON.stringify(query)} that ${sentence}`, () => {
      let detail = ''
      try {
        parseQuery(z.object(pageQuery), query)
      } catch (error) {
        detail = (error as Error).message
      }
      equal(detail, `the query is not as expected: ${sentence}`)
      doesNotMatch(detail, /Invalid|expected (string|number|int)|received/)
    })
})
