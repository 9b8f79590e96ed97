import { z } from 'zod'
import { streamId } from './common.ts'

const amount = z.number().int().min(0)
const text = z.string().min(1).max(255)
const pixels = z.number().int().min(1).max(65_535)

const expectedTrack = z.strictObject({
  name: text.optional(),
  codec: text.optional().describe('How its codec begins (RFC 6381), such as `avc1`'),
  width: pixels.optional(),
  height: pixels.optional(),
})

/** The body of `PUT /expectations/{id}`: what a stream should show. */
export const expectations = z
  .strictObject({
    tracks: z
      .array(expectedTrack)
      .max(128)
      .default([])
      .describe('Each session has them, and may have others'),
    segment_seconds: z
      .strictObject({ is: z.number().positive().max(3_600), tolerance: z.number().min(0).max(3_600) })
      .optional()
      .describe('Of video and audio; the last segment of a track may be shorter'),
    sessions: z
      .strictObject({ min: amount.default(1), max: amount.optional() })
      .prefault({})
      .describe('Complete sessions at least, sessions in all at most'),
    bitrate: z
      .strictObject({ min: amount.optional(), max: amount.optional() })
      .optional()
      .describe('All tracks of a complete session together, bits a second'),
    latest_start: z
      .number()
      .min(0)
      .max(31_536_000)
      .optional()
      .describe('Of the first session, seconds after the stream was created'),
    max_errors: amount.default(0).describe('Findings with that severity, each code once for an upload'),
    max_warnings: amount.optional(),
    rules: z
      .record(z.string().max(64), z.enum(['off', 'error']))
      .default({})
      .describe('By code: its findings do not count, or count as errors'),
  })
  .meta({ id: 'Expectations' })
export type ExpectationsBody = z.output<typeof expectations>

const reason = z.object({
  state: z.enum(['fail', 'pending']),
  about: z.enum([
    'tracks',
    'segment_seconds',
    'sessions',
    'bitrate',
    'latest_start',
    'max_errors',
    'max_warnings',
  ]),
  message: z.string().describe('What was expected and what was received'),
})

/** The verdict on the expectations of a stream. */
export const verdict = z
  .object({
    state: z.enum(['pass', 'fail', 'pending']).describe('`pending`: nothing is wrong, something is to come'),
    reasons: z.array(reason).describe('What is wrong, then what is to come; at most 100'),
    more: z.number().int().describe('Reasons beyond those'),
  })
  .meta({ id: 'Verdict' })
export type VerdictResponse = z.infer<typeof verdict>

export const expectationsResponse = z.object({
  stream_id: streamId,
  expectations: expectations.nullable().describe('Null for a stream of which nothing is expected'),
  verdict: verdict.nullable(),
})
export type ExpectationsResponse = z.input<typeof expectationsResponse>
