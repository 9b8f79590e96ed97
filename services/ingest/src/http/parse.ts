import { z } from 'zod'
import { Refusal } from '../lib/refusal.ts'

/** Where a page begins and how much it may hold. */
export const page = {
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
}

export const parseQuery = <Query>(kind: z.ZodType<Query>, query: unknown): Query =>
  parse(kind, query, 'the query')

export const parseBody = <Body>(kind: z.ZodType<Body>, body: unknown): Body =>
  parse(kind, body, 'the JSON body')

function parse<Value>(kind: z.ZodType<Value>, value: unknown, what: string): Value {
  const parsed = kind.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal('request-malformed', `${what} is not as expected: ${faultsIn(parsed.error)}`)
}

/** `limit: Invalid input: expected number, received NaN; …` */
export const faultsIn = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')
