import { z } from 'zod'
import { streamId, time } from './common.ts'

const limit = z.number().int().nullable()

/** `GET /retention` */
export const retentionResponse = z
  .object({
    policy: z
      .object({ max_age_ms: limit, max_bytes: limit, min_free_bytes: limit })
      .describe('The rules; null for those that are not set'),
    stored_bytes: z.number().int().describe('Bytes of all uploads'),
    free_bytes: z.number().int().describe('What is free on the disk'),
    would_remove: z
      .object({
        sessions: z.number().int(),
        uploads: z.number().int(),
        bytes: z.number().int(),
        first: z
          .array(
            z.object({
              stream_id: streamId,
              session: z.string().nullable().describe('Null for uploads that belong to no session'),
              last_object_at: time,
              uploads: z.number().int(),
              bytes: z.number().int(),
              reason: z.enum(['age', 'bytes', 'free']).describe('The rule'),
            }),
          )
          .describe('The first 1000, oldest first'),
      })
      .describe('What a pass would remove now'),
  })
  .meta({ id: 'Retention' })
export type RetentionResponse = z.infer<typeof retentionResponse>
