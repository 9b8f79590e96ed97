import { z } from 'zod'
import { sha256, streamId, time } from './common.ts'

/**
 * Kinds of clients. `anonymous` shows neither a certificate nor a cookie. `stranger`, `shared` and `owner` show a
 * certificate: of any device, of one that the stream is shared with, of the one that owns it. `viewer` and `admin` have
 * signed in, or show the admin's certificate.
 */
export const callers = ['anonymous', 'stranger', 'shared', 'owner', 'viewer', 'admin'] as const
export type Caller = (typeof callers)[number]

/** Names in the audit log for requests that change something. */
export type AuditEvent =
  | 'certificate-issued'
  | 'certificate-revoked'
  | 'stream-deleted'
  | 'object-deleted'
  | 'faults-made'
  | 'test-results-cleared'
  | 'stream-shared'
  | 'stream-unshared'
  | 'token-made'
  | 'token-deleted'
  | 'webhook-made'
  | 'webhook-removed'
  | 'signed-in'
  | 'signed-out'

/** One row of the table of access. */
export interface AccessRow {
  /** The callers that are allowed with AUTH=mtls. */
  readonly allowed: readonly Caller[]
  /**
   * Who else is allowed. `enrolment`: a client with an enrolment token, or with the certificate that it renews.
   * `proxy`: the proxy with its own reports.
   */
  readonly or?: 'enrolment' | 'proxy'
  /** The route is a page: a browser that has not signed in is redirected to the sign-in page. */
  readonly isPage?: true
  /** The response goes on until the client leaves or loses the right to it. */
  readonly isEndless?: true
  /** The event in the audit log; undefined for requests that are not logged. */
  readonly audit?: AuditEvent
}

const everyone: AccessRow = { allowed: callers }
/** All clients that identify themselves. A list shows a client only what it may see. */
const identified: AccessRow = { allowed: ['stranger', 'shared', 'owner', 'viewer', 'admin'] }
const creators: AccessRow = { allowed: ['stranger', 'shared', 'owner', 'admin'] }
const readers: AccessRow = { allowed: ['shared', 'owner', 'viewer', 'admin'] }
const writers: AccessRow = { allowed: ['shared', 'owner', 'admin'] }
const owners: AccessRow = { allowed: ['owner', 'admin'] }
const viewers: AccessRow = { allowed: ['viewer', 'admin'] }
const admins: AccessRow = { allowed: ['admin'] }
const proxyOnly: AccessRow = { allowed: [], or: 'proxy' }
const page: AccessRow = { ...identified, isPage: true }

/**
 * Who may do what with AUTH=mtls, for every route. A request without a row is refused. When several rows match, fixed
 * parts of a path win over parameters, from the left.
 */
export const accessTable: Readonly<Record<string, AccessRow>> = {
  'POST /streams': creators,
  'GET /streams': identified,
  'GET /streams/{id}': readers,
  'DELETE /streams/{id}': { ...owners, audit: 'stream-deleted' },
  'POST /streams/{id}/expectedTrackNames': writers,
  'POST /streams/{id}/trackName': writers,
  'GET /sessions/{id}': readers,
  'GET /streams/{id}/report': readers,
  'PUT /expectations/{id}': writers,
  'GET /expectations/{id}': readers,
  'POST /faults/{id}': { ...owners, audit: 'faults-made' },
  'GET /faults/{id}': readers,
  'DELETE /faults/{id}': owners,
  'DELETE /faults/{id}/{fault}': owners,
  'GET /wait/{id}': { ...readers, isEndless: true },
  'GET /compare': identified,
  'GET /har/{id}': readers,
  'GET /digests/{id}': readers,
  'GET /keylog/{id}': owners,
  'PUT /streams/{id}/{path}': writers,
  'POST /streams/{id}/{path}': writers,
  'PUT /streams/{id}': writers,
  'POST /streams/{id}': writers,
  'GET /streams/{id}/{path}': readers,
  'DELETE /streams/{id}/{path}': { ...writers, audit: 'object-deleted' },
  'GET /streams/{id}/uploads': readers,
  'GET /uploads/{id}/{upload}': readers,
  'GET /uploads/{id}/{upload}/certificate': readers,
  'GET /uploads/{id}/{upload}/facts': readers,
  'GET /uploads/{id}/{upload}/boxes': readers,
  'GET /uploads/{id}/{upload}/text': readers,
  'GET /uploads/{id}/{upload}/preview.mp4': readers,
  'GET /play/{id}/{session}/manifest.mpd': readers,
  'GET /play/{id}/{session}/main.m3u8': readers,
  'GET /play/{id}/{session}/{track}/media.m3u8': readers,
  'GET /play/{id}/{session}/{track}/{init}/init.mp4': readers,
  'GET /play/{id}/{session}/{track}/{time}.m4s': readers,
  'GET /export/{id}/{session}.mp4': readers,
  'GET /export/{id}/{session}.zip': readers,
  'GET /export/{id}/{session}.junit.xml': readers,
  'POST /sealed/{id}/{session}': readers,
  'GET /probe/{id}/{path}': readers,
  'GET /streams/probe/{id}/{path}': readers,
  'GET /streams/{id}/events': { ...readers, isEndless: true },
  'GET /probes': viewers,
  'GET /events': { ...viewers, isEndless: true },
  'GET /refusals': viewers,
  'GET /tls-tests': viewers,
  'DELETE /tls-tests': { ...admins, audit: 'test-results-cleared' },
  'GET /retention': viewers,
  'GET /devices': viewers,
  'GET /devices/{fingerprint}': viewers,
  'POST /events/handshake-refused': proxyOnly,
  'POST /events/handover-applied': proxyOnly,
  'POST /events/tls-secrets': proxyOnly,
  'POST /events/tls-tests': proxyOnly,
  'GET /certs': viewers,
  'GET /certs/server/root.pem': everyone,
  'GET /certs/device/root.pem': everyone,
  'GET /certs/device/crl.pem': everyone,
  'GET /certs/device/{name}.pem': identified,
  'GET /certs/{hierarchy}/{file}': admins,
  'POST /certs/{name}/keypair': { ...admins, or: 'enrolment', audit: 'certificate-issued' },
  'POST /certs/{name}/sign': { ...admins, or: 'enrolment', audit: 'certificate-issued' },
  'POST /certs/{name}/revoke': { ...admins, audit: 'certificate-revoked' },
  'GET /certs/device/{name}/bundle.p12': admins,
  'POST /certs/device/{name}/bundle.p12': admins,
  'GET /access': everyone,
  'POST /access/sign-in': { ...everyone, audit: 'signed-in' },
  'POST /access/sign-out': { ...everyone, audit: 'signed-out' },
  'GET /access/tokens': admins,
  'POST /access/tokens': { ...admins, audit: 'token-made' },
  'DELETE /access/tokens/{token}': { ...admins, audit: 'token-deleted' },
  'GET /access/streams/{id}': readers,
  'POST /access/streams/{id}': { ...owners, audit: 'stream-shared' },
  'DELETE /access/streams/{id}/{key}': { ...owners, audit: 'stream-unshared' },
  'GET /webhooks': admins,
  'POST /webhooks': { ...admins, audit: 'webhook-made' },
  'DELETE /webhooks/{id}': { ...admins, audit: 'webhook-removed' },
  'GET /webhooks/{id}/deliveries': admins,
  'POST /webhooks/{id}/test': admins,
  'GET /about': identified,
  'GET /findings': everyone,
  'GET /time': everyone,
  'GET /openapi.json': everyone,
  'GET /docs': everyone,
  'GET /docs/{file}': everyone,
  'GET /': everyone,
  'GET /ui': everyone,
  'GET /ui/sign-in': everyone,
  'GET /ui/assets/{path}': everyone,
  'GET /ui/{path}': page,
  'GET /healthz': everyone,
  'GET /readyz': everyone,
}

export const authMode = z.enum(['open', 'mtls'])
export type AuthMode = z.infer<typeof authMode>

/** `GET /access` */
export const ownAccess = z
  .object({
    auth: authMode,
    role: z.enum(['anonymous', 'device', 'viewer', 'admin']).describe('Of the client that asks'),
    name: z.string().nullable().describe("Of its token, or of its certificate's subject"),
    key: sha256.nullable().describe('SHA-256 of the public key that streams belong to'),
    expires_at: time.nullable().describe('When the sign-in ends'),
    warnings: z.array(z.string()).describe('What the owner of this server should know and change'),
  })
  .meta({ id: 'Access' })

export const signInBody = z.object({ token: z.string().min(1).max(200) })

/** `POST /access/sign-in` */
export const signedIn = z.object({
  role: z.enum(['viewer', 'admin']),
  name: z.string().nullable(),
  expires_at: time,
})

const daySeconds = 86_400
/** The body of `POST /access/tokens`. */
export const tokenBody = z.object({
  purpose: z.enum(['enrolment', 'sign-in']),
  name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('The only name that certificates may be issued to, or the name of who signs in'),
  role: z.enum(['viewer', 'admin']).default('viewer').describe('Of who signs in'),
  uses: z.number().int().min(1).max(1_000).default(1).describe('How often it may be used'),
  expires_in: z
    .number()
    .int()
    .min(60)
    .max(30 * daySeconds)
    .default(daySeconds)
    .describe('Seconds'),
})

const token = z
  .object({
    id: z.string(),
    purpose: z.enum(['enrolment', 'sign-in']),
    name: z.string().nullable(),
    role: z.enum(['viewer', 'admin']).nullable(),
    uses: z.number().int(),
    used: z.number().int(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'AccessToken' })
export type TokenResponse = z.infer<typeof token>
export const tokensResponse = z.object({ tokens: z.array(token) })
export const tokenMade = token.extend({
  token: z.string().describe('Shown this once; it is stored as a hash'),
})
export const tokenDeleted = z.object({ id: z.string(), deleted: z.literal(true) })

const keyHolder = z.object({ key: sha256, name: z.string().nullable() })
export const streamAccess = z
  .object({
    stream_id: streamId,
    owner: sha256.nullable().describe('SHA-256 of the public key of its creator; null for only admins'),
    shared_with: z.array(keyHolder),
  })
  .meta({ id: 'StreamAccess' })

/** The body of `POST /access/streams/{id}`. */
export const shareBody = z.object({
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits in lower case')
    .optional()
    .describe('SHA-256 of a public key (SubjectPublicKeyInfo in DER)'),
  name: z.string().min(1).max(64).optional().describe('Or the name of a device certificate of this server'),
  owner: z.boolean().default(false).describe('Gives the stream away; only admins may'),
})
