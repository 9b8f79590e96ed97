import { z } from 'zod'
import { severity, streamId, time } from '../common.ts'

const count = z.number().int()
const milliseconds = z.number().describe('Milliseconds')

/** Numbers of one track, over all sessions of the recording. */
const trackMetrics = z
  .object({
    track: z.string(),
    codec: z.string().nullable().describe('Of its newest init segment'),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    segments: count,
    media_seconds: z.number(),
    bitrate: z.number().nullable().describe('Bits a second of media'),
    segment_ms: z
      .object({ mean: milliseconds, deviation: milliseconds, min: milliseconds, max: milliseconds })
      .nullable()
      .describe('How long its segments last; `deviation` is the standard deviation'),
    latency: z
      .object({
        source: z.enum(['prft', 'arrival']),
        produced_from: time
          .nullable()
          .optional()
          .describe('By prft: the first producer time. A recording that is sent again has the same'),
        p50_ms: milliseconds,
        p99_ms: milliseconds,
        max_ms: milliseconds,
      })
      .nullable()
      .describe('Of a whole stream, that of the session in which it is greatest'),
  })
  .meta({ id: 'TrackMetrics' })

/** Numbers of a recording that can be compared with those of another one. */
export const reportMetrics = z
  .object({
    uploads: count,
    bytes: count,
    sessions: count,
    with_errors: count.describe('Uploads with an error'),
    with_warnings: count.describe('Uploads with a warning and no error'),
    retries: count.describe('Uploads of the same bytes to the same path'),
    cut_off: count.describe('Bodies that were cut off'),
    statuses: z.record(z.string(), count).describe('Responses by their status'),
    tracks: z.array(trackMetrics),
  })
  .meta({ id: 'ReportMetrics' })
export type ReportMetrics = z.infer<typeof reportMetrics>

export const comparisonVerdict = z.enum(['better', 'worse', 'equal', 'different'])
export type ComparisonVerdict = z.infer<typeof comparisonVerdict>

const value = z.union([z.string(), z.number()]).nullable()

/** One rule or one metric of both recordings. */
const comparisonRow = z
  .object({
    about: z.enum(['rule', 'metric']),
    name: z.string().describe('Code of the rule, or name of the metric'),
    track: z.string().nullable(),
    severity: severity.nullable().describe('Of a rule: the worse of both'),
    a: value.describe('Of a rule: uploads that violate it, `met` or `not-exercised`'),
    b: value,
    unit: z.enum(['uploads', '%', 'ms', 'bit/s', 's']).nullable(),
    tolerance: z.number().nullable().describe('In the unit: up to this difference both are equal'),
    verdict: comparisonVerdict.describe('Of b against a'),
  })
  .meta({ id: 'ComparisonRow' })
export type ComparisonRow = z.infer<typeof comparisonRow>

const side = z.object({
  stream_id: streamId,
  session: z.string().nullable(),
  uploads: count.nullable().describe('Null where the report has no metrics'),
})

export const comparison = z
  .object({
    a: side,
    b: side,
    verdict: comparisonVerdict.describe('worse if any row is; else better, different or equal'),
    counts: z.object({ better: count, worse: count, equal: count, different: count }),
    rows: z.array(comparisonRow),
  })
  .meta({ id: 'Comparison' })
export type Comparison = z.infer<typeof comparison>

const comparedName = z
  .string()
  .regex(/^[1-9]\d{0,15}(\/.+)?$/, 'must be a stream, 1, or one of its sessions, 1/session_2')
  .describe('A stream, `1`, or one of its sessions, `1/session_2`')
export const compareQuery = z.object({ a: comparedName, b: comparedName })
