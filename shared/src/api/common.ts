import { z } from 'zod'

/** A time, ISO 8601 in UTC. */
export const time = z.iso.datetime()
export const severity = z.enum(['error', 'warning', 'note'])
export const streamId = z.number().int().describe('The id in the URL of a stream, from 1')
export const uploadId = z.string().describe('The id of an upload, a UUIDv7')
export const sha256 = z.string().describe('SHA-256, lower-case hex')
/** The cursor of the next page of a list; null at its end. */
export const nextCursor = z.number().int().nullable().describe('`cursor` of the next page; null at the end')

export const finding = z
  .object({
    code: z.string().describe('Stable, for programs; `GET /findings` lists all'),
    severity,
    rule: z.string().describe('The standard that the rule comes from'),
    message: z.string().describe('What was expected and what was received'),
  })
  .meta({ id: 'Finding' })

export const problem = z
  .looseObject({
    status: z.number().int(),
    code: z.string().describe('Stable, for programs'),
    detail: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe('For the person who sent the request'),
  })
  .meta({ id: 'Problem' })

/** Query parameters of a list: where a page begins and how many items it may have. */
export const pageQuery = {
  cursor: z.coerce.number().int().min(0).default(0).describe('`next_cursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('Items per page'),
}

/** `true` or `false` as a boolean. */
export const booleanWord = z.enum(['true', 'false']).transform((word) => word === 'true')
