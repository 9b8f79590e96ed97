import { z } from 'zod'
import { uploadId } from './common.ts'

const outcome = z
  .enum(['judged', 'not-routed', 'failed', 'lost'])
  .describe('`judged`: stored and listed. Else it is forgotten: 405, 500, or the body was cut off')

/** What the reference server of the Matter SDK would have decided about one upload. */
export const referenceVerdict = z
  .object({
    accepted: z.boolean(),
    outcome,
    status: z.number().int().nullable().describe('Of its response; null for a body that was cut off'),
    session_id: z.number().int().nullable().describe('As the reference counts sessions'),
    reasons: z.array(z.object({ code: z.string(), message: z.string() })),
    difference: z
      .object({ code: z.string(), situation: z.string(), reference: z.string(), ours: z.string() })
      .nullable()
      .describe('Why this server decides otherwise; null where it does not'),
  })
  .meta({ id: 'ReferenceVerdict' })
export type ReferenceVerdictResponse = z.infer<typeof referenceVerdict>

export const referenceSession = z.object({
  id: z.number().int(),
  complete: z.boolean(),
  segments: z.number().int().describe('Segments and init segments, refused ones included'),
  manifests: z.number().int(),
  tracks: z.record(
    z.string(),
    z.object({ name: z.string(), state: z.string(), segment_count: z.number().int() }),
  ),
  hls_expected_track_count: z.number().int().nullable(),
  hls_completed_tracks: z.number().int(),
})
export type ReferenceSessionResponse = z.infer<typeof referenceSession>

/** What the reference server would have decided about the uploads of a stream, and where this server differs. */
export const referenceReport = z
  .object({
    accepted: z.number().int().describe('Uploads of the stream that it would have taken'),
    refused: z.number().int().describe('Uploads of the stream that it would have refused or lost'),
    valid_uploads: z.number().int().describe('Paths in its list'),
    error_uploads: z.number().int().describe('Paths in its list'),
    sessions: z.array(referenceSession).describe('The newest 100'),
    differences: z.array(
      z.object({
        code: z.string(),
        situation: z.string(),
        reference: z.string(),
        ours: z.string(),
        count: z.number().int(),
        examples: z.array(z.object({ upload: uploadId, path: z.string(), reasons: z.array(z.string()) })),
      }),
    ),
    truncated: z.boolean().describe('Lists were cut short, because the stream is very long'),
  })
  .meta({ id: 'ReferenceReport' })
export type ReferenceReportResponse = z.infer<typeof referenceReport>
