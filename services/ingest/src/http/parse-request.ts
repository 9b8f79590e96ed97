import type { z } from 'zod'
import { Refusal } from '../lib/refusal.ts'

/** A query as its schema wants it; anything else is the refusal `request-malformed`. */
export const parseQuery = <Query>(schema: z.ZodType<Query>, query: unknown): Query =>
  parse(schema, query, 'the query')

/** A JSON body as its schema wants it; anything else is the refusal `request-malformed`. */
export const parseBody = <Body>(schema: z.ZodType<Body>, body: unknown): Body =>
  parse(schema, body, 'the JSON body')

function parse<Value>(schema: z.ZodType<Value>, value: unknown, name: string): Value {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal('request-malformed', `${name} is not as expected: ${describeIssues(parsed.error)}`)
}

/** `limit: Invalid input: expected number, received NaN; …` */
const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')
