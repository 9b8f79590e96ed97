import { z } from 'zod'
import { streamId, time, uploadId } from './common.ts'
import { verdict } from './expectations.ts'
import { sessionSummary } from './streams.ts'

export const waitQuery = z.object({
  until: z.enum(['first-upload', 'session-complete', 'expectations']),
  timeout: z.coerce.number().min(0).max(120).default(60).describe('Seconds'),
})

export const waitResponse = z.object({
  stream_id: streamId,
  until: waitQuery.shape.until,
  upload: z
    .object({ id: uploadId, path: z.string(), received_at: time })
    .nullable()
    .describe('The first upload, with `first-upload`'),
  session: sessionSummary.nullable().describe('The first complete session, with `session-complete`'),
  verdict: verdict.nullable().describe('`pass` or `fail`, with `expectations`'),
})
export type WaitResponse = z.infer<typeof waitResponse>
