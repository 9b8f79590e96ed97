import { z } from 'zod'
import { streamId, time, uploadId } from '../common.ts'

const maxSeconds = 600
const seconds = z.number().min(0.01).max(maxSeconds)
const afterBytes = z
  .number()
  .int()
  .min(1)
  .max(2 ** 40)
  .optional()
  .describe('By default half of Content-Length, or the first bytes')
const http2Code = z.number().int().min(0).max(13).describe('RFC 9113, 7')

/** A fault: what the server does to an upload on purpose. */
export const fault = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('status'),
        status: z.number().int().min(400).max(599),
        at: z.enum(['head', 'end']).default('end').describe('Before the body is read, or after it'),
        retry_after: z.number().int().min(0).max(86_400).optional().describe('Retry-After, seconds'),
      })
      .describe('Refuses the upload'),
    z
      .strictObject({ kind: z.literal('delay'), seconds, at: z.enum(['head', 'end']).default('end') })
      .describe('Waits before it reads the body, or before it responds'),
    z
      .strictObject({ kind: z.literal('stall'), seconds, after_bytes: afterBytes })
      .describe('Stops reading in the middle of the body for a while'),
    z
      .strictObject({ kind: z.literal('slow'), bytes_per_second: z.number().int().min(1).max(1e9) })
      .describe(`Reads the body slowly, for ${maxSeconds} s at most`),
    z
      .strictObject({
        kind: z.literal('cut'),
        how: z.enum(['rst', 'fin']).default('rst'),
        at: z
          .enum(['head', 'continue', 'middle', 'end'])
          .default('middle')
          .describe('`continue`: after the 100 Continue, with the first bytes of the body'),
        after_bytes: afterBytes,
      })
      .describe('Closes the connection'),
    z
      .strictObject({ kind: z.literal('goaway'), code: http2Code.default(0) })
      .describe('Sends GOAWAY (HTTP/2)'),
    z
      .strictObject({
        kind: z.literal('reset'),
        code: http2Code.default(2),
        at: z.enum(['head', 'middle', 'end']).default('end'),
        after_bytes: afterBytes,
      })
      .describe('Sends RST_STREAM (HTTP/2)'),
    z
      .strictObject({
        kind: z.literal('large-response'),
        bytes: z
          .number()
          .int()
          .min(1)
          .max(64 * 2 ** 20),
      })
      .describe('Accepts the upload with a response body of so many bytes'),
    z
      .strictObject({ kind: z.literal('connections'), max: z.number().int().min(1).max(1_000) })
      .describe('503 for uploads on further connections while so many have uploads in flight'),
    z
      .strictObject({ kind: z.literal('certificate-expired') })
      .describe('403 from the chosen upload on, for all uploads with the certificate that came with it'),
  ])
  .meta({ id: 'Fault' })
export type FaultBody = z.output<typeof fault>

const text = z.string().min(1).max(255)

/** Which uploads a rule is for. */
const when = z
  .strictObject({
    path: z.string().min(1).max(1_024).optional().describe('`*` stands for any characters, also none'),
    session: text.optional().describe('Its number'),
    track: text.optional().describe('Its name in the path'),
    kind: z.enum(['manifest', 'init', 'segment']).optional().describe('By the path'),
    nth: z.number().int().min(1).max(1e9).optional().describe('Only the nth of them, from 1'),
    every: z.number().int().min(2).max(1e9).optional().describe('Each nth of them'),
    probability: z.number().gt(0).max(1).optional(),
    seed: z.number().int().min(0).max(4_294_967_295).optional().describe('Draws the same ones again; 0'),
  })
  .describe('Which uploads; all members have to hold')

const anyTime = z.iso.datetime({ offset: true })

export const faultRuleBody = z.strictObject({
  when: when.prefault({}),
  from: anyTime.optional().describe('By default now'),
  until: anyTime.optional().describe('By default 10 minutes after `from`, at most a day'),
  max_hits: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('By default 100, 1 with `nth`, 1000 for an expired certificate'),
  fault,
})
export type FaultRuleBody = z.output<typeof faultRuleBody>

export const faultScripts = ['server-restarts', 'disk-full', 'slow-uplink', 'certificate-expires'] as const
/** The body of `POST /faults/{id}` with the name of a script. */
export const faultScriptBody = z.strictObject({
  script: z.enum(faultScripts).describe('Makes the rules of a ready script'),
})
export type FaultScript = (typeof faultScripts)[number]

/** The body of `POST /faults/{id}`: a rule, or the name of a script. */
export const faultsBody = z.union([faultScriptBody, faultRuleBody])

const madeRule = faultRuleBody
  .extend({
    id: z.string(),
    does: z.string().describe('What it does, in words'),
    from: time,
    until: time,
    max_hits: z.number().int(),
    script: z.enum(faultScripts).nullable(),
    state: z.enum(['waiting', 'active', 'over']),
    matched: z.number().int().describe('Uploads that `when` was true of, before nth, every and probability'),
    hits: z.number().int().describe('Uploads that it was done to'),
  })
  .meta({ id: 'FaultRule' })

const ms = z.number().int().nullable().describe('Milliseconds; null where it did not happen')

/** What the camera did after one hit of a rule. */
export const faultReaction = z
  .object({
    upload: uploadId,
    fault: z.string().describe('Id of the rule'),
    does: z.string(),
    path: z.string(),
    session: z.string().nullable(),
    track: z.string().nullable(),
    at: time.describe('When the upload began'),
    reaction: z
      .enum(['accepted', 'retried', 'skipped', 'new-session', 'gave-up', 'pending'])
      .describe('`accepted`: the upload succeeded in spite of the fault'),
    retries: z.number().int(),
    retried_after_ms: z.array(z.number().int()).describe('Of each retry, the first 20'),
    same_bytes: z.boolean().nullable().describe('Of the retries; null where the bytes cannot be compared'),
    delivered_after_ms: ms.describe('Until the object was accepted'),
    resumed_after_ms: ms.describe('Until any later object of the stream was accepted'),
    next_session: z.string().nullable(),
    certificate: z
      .enum(['renewed', 'dropped', 'kept'])
      .nullable()
      .describe(
        'After `certificate-expired`: whether later uploads came with another certificate, or with none',
      ),
    renewed_after_ms: ms.describe('Until the first upload with another certificate was accepted'),
    data_lost: z.boolean().nullable().describe('Whether the object never came; null while it still may'),
    says: z.string().describe('The same in words'),
  })
  .meta({ id: 'FaultReaction' })
export type FaultReactionResponse = z.infer<typeof faultReaction>

export const faultReactions = z.array(faultReaction).describe('The newest 1000')

const ids = z.array(z.string())

/** Which objects of a session were lost to faults. */
const sessionLoss = z
  .object({
    session: z.string().nullable(),
    objects: z.number().int().describe('Paths that were hit'),
    lost: ids.describe('Those that never came'),
    pending: ids.describe('Those that may still come'),
  })
  .meta({ id: 'FaultSessionLoss' })

export const faultsResponse = z.object({
  stream_id: streamId,
  faults: z.array(madeRule),
  reactions: faultReactions,
  sessions: z.array(sessionLoss).describe('What the reactions are together, by session'),
})
export type FaultsResponse = z.infer<typeof faultsResponse>

export const faultsMade = z.object({ stream_id: streamId, faults: z.array(madeRule) })
export const faultsRemoved = z.object({ stream_id: streamId, removed: z.array(z.string()) })

/** The fault in `GET /uploads/{id}/{upload}/facts`: what the server did to the upload on purpose. */
export const uploadFault = z.object({
  id: z.string().describe('Of the rule'),
  does: z.string(),
  refused: z.boolean().describe('Whether the device was told that the upload failed'),
})
