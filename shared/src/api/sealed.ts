import { z } from 'zod'
import { finding, uploadId } from './common.ts'

const wholeNumber = 'must be a whole number below 2^64, as a text'

/** The body of `POST /sealed/{id}/{session}`. */
export const sealedBody = z.object({
  camera_key: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be 32 bytes in hex')
    .describe('32 bytes in hex. It is used for this request and stored nowhere'),
  key_number: z
    .string()
    .regex(/^\d{1,20}$/, { error: wholeNumber, abort: true })
    .refine((digits) => BigInt(digits) < 2n ** 64n, wholeNumber)
    .optional()
    .describe('For `key_id`: what the playlists have to name'),
  probe: z.boolean().default(false).describe('Has ffprobe look at the first 100 objects that the key opens'),
})

const named = { upload: uploadId, path: z.string() }

/** `POST /sealed/{id}/{session}`: the media of a session of HomeKit Secure Video, opened with a key. */
export const openedSession = z
  .object({
    session: z.string(),
    key_id: z.string().nullable(),
    objects: z.number().int().describe('Init segments and segments'),
    opened: z.number().int(),
    verdict: z.enum(['opened', 'some objects are damaged', 'the key does not fit', 'nothing sealed']),
    damaged: z.array(z.object(named)).describe('The first 100'),
    repeated_ivs: z.array(z.object({ ...named, iv: z.string() })).describe('Within the session'),
    findings: z.array(finding.extend(named)).describe('On the media inside, without notes; the first 100'),
    probes: z
      .array(
        z.object({
          ...named,
          state: z.enum(['done', 'failed', 'not-media', 'queued']).describe('`queued`: ask again, or /probe'),
          probe: z.record(z.string(), z.unknown()).optional().describe('`{streams, format}` of ffprobe'),
          message: z.string().optional(),
        }),
      )
      .optional()
      .describe('Where the request asks for them'),
  })
  .meta({ id: 'OpenedSession' })
export type OpenedSessionResponse = z.infer<typeof openedSession>
