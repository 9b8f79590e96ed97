import { z } from 'zod'
import { nextCursor, sha256, streamId, time } from './common.ts'

export const device = z
  .object({
    fingerprint: sha256,
    subject: z.string(),
    issuer: z.string().nullable(),
    serial: z.string(),
    not_after: time,
    name: z.string().nullable().describe('Under which this server issued the certificate'),
    first_seen: time,
    last_seen: time,
    addresses: z.array(z.string()).describe('The newest 16, newest first'),
    streams: z.array(streamId).describe('The newest 100, newest first'),
    stream_count: z.number().int(),
    uploads: z.number().int(),
    errors: z.number().int(),
    http: z.string(),
    tls: z.string(),
    user_agent: z.string().nullable(),
    revoked: z.boolean(),
  })
  .meta({ id: 'Device' })
export type DeviceResponse = z.infer<typeof device>

export const devicesResponse = z.object({
  devices: z.array(device).describe('The one seen last comes first'),
  total: z.number().int(),
  next_cursor: nextCursor,
})

/** The certificate that a refused client showed. */
export const shownCertificate = z.object({
  subject: z.string().max(4_096),
  issuer: z.string().max(4_096),
  not_before: z.string().max(100),
  not_after: z.string().max(100),
  fingerprint: z.string().max(200),
})

export const refusal = z
  .object({
    at: time.describe('The newest of them'),
    address: z.string(),
    code: z.string(),
    reason: z.string(),
    advice: z.string().describe('What to do'),
    certificate: shownCertificate.nullable(),
    count: z.number().int().describe('Equal ones within a minute are one'),
  })
  .meta({ id: 'HandshakeRefusal' })
export type RefusalResponse = z.infer<typeof refusal>

export const refusalsQuery = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) })
export const refusalsResponse = z.object({ refusals: z.array(refusal) })

/** The body of `POST /events/handshake-refused`, which the proxy sends. */
export const handshakeRefusedBody = z.object({
  address: z.string().max(100),
  code: z.string().max(100),
  reason: z.string().max(1_000),
  certificate: shownCertificate.nullable().default(null),
})
