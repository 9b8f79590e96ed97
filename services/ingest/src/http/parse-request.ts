import { json } from 'express'
import { z } from 'zod'
import { Refusal } from '../lib/refusal.ts'

/** Parses a body as JSON under any content type, because `curl -d` calls every body a form. `limit` is its size. */
export const anyJson = (limit = '100kb') => json({ type: () => true, limit })

/**
 * A query as its schema wants it; anything else is the refusal `request-malformed`, also a parameter of another name but
 * `pretty`, which every route takes.
 */
export function parseQuery<Query>(schema: z.ZodType<Query>, query: object): Query {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : null
  const other = names && Object.keys(query).find((name) => !names.includes(name) && name !== 'pretty')
  if (names && other) {
    const name = JSON.stringify(other.slice(0, 40))
    const wrong = `it must not have ${name}, but may have ${names.join(', ')}`
    throw new Refusal('request-malformed', `the query is not as expected: ${wrong}`)
  }
  return parseLooseQuery(schema, query)
}

/**
 * Like `parseQuery`, but ignores further parameters: for routes of the reference, which does so, and for what players ask,
 * which add parameters of their own.
 */
export const parseLooseQuery = <Query>(schema: z.ZodType<Query>, query: unknown): Query =>
  parse(schema, query, 'the query')

/** A JSON body as its schema wants it; anything else is the refusal `request-malformed`. */
export const parseBody = <Body>(schema: z.ZodType<Body>, body: unknown): Body =>
  parse(schema, body, 'the JSON body')

function parse<Value>(schema: z.ZodType<Value>, value: unknown, name: string): Value {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal('request-malformed', `${name} is not as expected: ${describeIssues(parsed.error)}`)
}

/** `limit must be at most 1000; summary must be "true" or "false"` */
const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map((issue) => `${nameOf(issue.path)} ${wordsFor(issue)}`).join('; ')

/** `expected_track_names[3]` */
const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('') || 'it'

/** What is wrong, in words of this server: those of the library name its types, not what to do. */
function wordsFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? 'of another type'}`
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `must ${amountOf(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${amountOf(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_union':
      return 'has none of the forms that are allowed'
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    case 'invalid_format':
      return issue.format === 'datetime' ? 'must be a time such as 2026-11-29T12:00:00Z' : ownWordsOf(issue)
    default:
      return ownWordsOf(issue)
  }
}

/** A schema says what it wants in words that begin with "must"; others are those of the library. */
const ownWordsOf = ({ message }: z.core.$ZodIssue): string =>
  message.startsWith('must ') ? message : 'is not valid'

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function amountOf(origin: string, bound: string, limit: number | bigint): string {
  const unit = { string: 'character', array: 'entry' }[origin]
  if (unit === undefined) return `be ${bound} ${limit}`
  const units = { character: 'characters', entry: 'entries' }[unit] ?? unit
  return `have ${bound} ${limit} ${limit === 1 ? unit : units}`
}
