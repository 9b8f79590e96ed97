import { z } from 'zod'
import { finding, uploadId } from './common.ts'

export const sealedBody = z.object({
  camera_key: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .describe('32 bytes in hex. It is used for this request and stored nowhere'),
  key_number: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional()
    .describe('For `key_id`: what the playlists have to name'),
})

const named = { upload: uploadId, path: z.string() }

/** What a key makes of a session of HomeKit Secure Video. */
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
  })
  .meta({ id: 'OpenedSession' })
export type OpenedSessionResponse = z.infer<typeof openedSession>
