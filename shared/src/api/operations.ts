import { z } from 'zod'
import { handoverApplied } from '../handover.ts'
import { tlsTestReport } from '../tls-tests/tls-tests.ts'
import {
  ownAccess,
  shareBody,
  signedIn,
  signInBody,
  streamAccess,
  tokenBody,
  tokenDeleted,
  tokenMade,
  tokensResponse,
} from './access.ts'
import {
  bundleBody,
  certificate,
  certificateFile,
  certificatesQuery,
  certificatesResponse,
  issuedCertificate,
  keypairBody,
  keypairQuery,
  revoked,
  revokeQuery,
  signBody,
  signQuery,
  tlsTestsCleared,
  tlsTestsQuery,
  tlsTestsResponse,
} from './certificates.ts'
import { pageQuery } from './common.ts'
import { device, devicesResponse, handshakeRefusedBody, refusalsQuery, refusalsResponse } from './devices.ts'
import {
  deliveriesQuery,
  deliveriesResponse,
  webhookBody,
  webhookMade,
  webhookRemoved,
  webhooksResponse,
  webhookTest,
} from './events/webhooks.ts'
import { compareQuery, comparison } from './evidence/compare.ts'
import { recordQuery } from './evidence/digests.ts'
import { har } from './evidence/har.ts'
import { tlsSecretsBody } from './evidence/keylog.ts'
import { expectations, expectationsResponse } from './expectations.ts'
import { faultsBody, faultsMade, faultsRemoved, faultsResponse } from './lab/faults.ts'
import { playQuery, segmentQuery } from './playback.ts'
import { retentionResponse } from './retention.ts'
import { openedSession, sealedBody } from './sealed.ts'
import { about, findingsResponse, health, probesResponse, readiness } from './service.ts'
import { eventsQuery, serverState, streamState, waitQuery, waitResponse } from './state.ts'
import {
  expectedTrackNamesBody,
  objectDeleted,
  reportQuery,
  reportResponse,
  sessionsResponse,
  stream,
  streamBody,
  streamDeleted,
  streamQuery,
  streamSummariesResponse,
  streamSummary,
  streamsQuery,
  streamsResponse,
  trackNameBody,
} from './streams.ts'
import {
  boxesQuery,
  boxesResponse,
  factsQuery,
  minutesResponse,
  receipt,
  rowsResponse,
  textResponse,
  uploadFacts,
  uploadsQuery,
  uploadsResponse,
} from './uploads.ts'

type Response = z.ZodType | string

/** One route: its parameters, body and responses. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete'
  /** Path with its parameters in braces, as in docs/api.md. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly query?: z.ZodObject
  /** Schema of a JSON body, or the content type of another one. */
  readonly body?: z.ZodType | string
  /** By status: the schema of a JSON response, or the content type of another one. */
  readonly responses: Readonly<Record<number, Response>>
}

const bytes = 'application/octet-stream'
const mp4 = 'video/mp4'
const playlist = 'application/vnd.apple.mpegurl'
const probeResult = z.record(z.string(), z.unknown()).describe('What ffprobe says')
const probePending = z.object({ status: z.enum(['queued', 'running']) })
const probed = { 200: probeResult, 202: probePending }
const ready = z.object({ detail: z.string() })
const page = z.object(pageQuery)
const versionQuery = z.object({ version: z.string().optional().describe('Id of an older upload') })
const refreshQuery = z.object({ refresh: z.string().optional().describe('`true` probes again') })
const formatQuery = z.object({ format: z.enum(['json', 'pem', 'der']).optional() })

/** Every route of the service. */
export const operations: readonly Operation[] = [
  post('/streams', 'streams', 'Creates a stream', { body: streamBody, responses: { 201: stream } }),
  get(
    '/streams',
    'streams',
    'Lists streams',
    z.union([streamsResponse, streamSummariesResponse]),
    streamsQuery,
  ),
  get('/streams/{id}', 'streams', 'One stream', z.union([stream, streamSummary]), streamQuery),
  remove('/streams/{id}', 'streams', 'Deletes a stream and all its data', streamDeleted),
  post('/streams/{id}/expectedTrackNames', 'streams', 'Sets the expected tracks', {
    body: expectedTrackNamesBody,
    responses: { 202: stream },
  }),
  post('/streams/{id}/trackName', 'streams', 'Sets one expected track', {
    body: trackNameBody,
    responses: { 202: stream },
  }),
  get('/sessions/{id}', 'streams', 'The sessions of a stream in numbers', sessionsResponse, page),
  {
    method: 'put',
    path: '/expectations/{id}',
    tag: 'expectations',
    summary: 'Sets what a stream should show',
    body: expectations,
    responses: { 200: expectationsResponse },
  },
  get(
    '/expectations/{id}',
    'expectations',
    'What a stream should show, and whether it does',
    expectationsResponse,
  ),
  get('/wait/{id}', 'expectations', 'Waits until a stream has something', waitResponse, waitQuery),
  post('/faults/{id}', 'faults', 'Makes a fault rule, or those of a script', {
    body: faultsBody,
    responses: { 201: faultsMade },
  }),
  get('/faults/{id}', 'faults', 'Fault rules, and what the camera did about them', faultsResponse),
  remove('/faults/{id}', 'faults', 'Removes all fault rules of a stream', faultsRemoved),
  remove('/faults/{id}/{fault}', 'faults', 'Removes one fault rule', faultsRemoved),
  get(
    '/streams/{id}/report',
    'streams',
    'Each rule: met, violated, not exercised',
    reportResponse,
    reportQuery,
  ),
  get('/compare', 'streams', 'Two recordings, rule by rule and metric by metric', comparison, compareQuery),
  get('/har/{id}', 'export', 'The uploads as an HTTP archive (HAR 1.2)', har, recordQuery),
  get(
    '/digests/{id}',
    'export',
    'The SHA-256 of each upload, as sha256sum writes it',
    'text/plain',
    recordQuery,
  ),
  get('/keylog/{id}', 'export', 'The keys of the TLS connections of the uploads', 'text/plain', recordQuery),
  ...(['put', 'post'] as const).map(
    (method): Operation => ({
      method,
      path: '/streams/{id}/{path}',
      tag: 'uploads',
      summary: 'Uploads an object, at any depth',
      body: bytes,
      responses: { 200: ready, 202: receipt },
    }),
  ),
  get(
    '/streams/{id}/{path}',
    'uploads',
    'The newest object at a path',
    { 200: bytes, 206: bytes },
    versionQuery,
  ),
  remove('/streams/{id}/{path}', 'uploads', 'Deletes an object from its path', objectDeleted),
  get(
    '/streams/{id}/uploads',
    'uploads',
    'The wire log: every upload in arrival order',
    z.union([uploadsResponse, rowsResponse, minutesResponse]),
    uploadsQuery,
  ),
  get('/uploads/{id}/{upload}', 'uploads', 'The bytes of an upload', { 200: bytes, 206: bytes }),
  get(
    '/uploads/{id}/{upload}/certificate',
    'uploads',
    'The client certificate that an upload came with',
    certificate,
  ),
  get('/uploads/{id}/{upload}/facts', 'uploads', 'One upload in full', uploadFacts, factsQuery),
  get('/uploads/{id}/{upload}/boxes', 'uploads', 'The boxes of an upload', boxesResponse, boxesQuery),
  get(
    '/uploads/{id}/{upload}/text',
    'uploads',
    'A manifest as text, with its findings by line',
    textResponse,
  ),
  get('/uploads/{id}/{upload}/preview.mp4', 'uploads', 'Init segment and segment as one file', {
    200: mp4,
    206: mp4,
  }),
  get(
    '/play/{id}/{session}/manifest.mpd',
    'playback',
    'An MPD of a session',
    'application/dash+xml',
    playQuery,
  ),
  get('/play/{id}/{session}/main.m3u8', 'playback', 'A multivariant playlist of a session', playlist),
  get('/play/{id}/{session}/{track}/media.m3u8', 'playback', 'The media playlist of a track', playlist),
  get('/play/{id}/{session}/{track}/{init}/init.mp4', 'playback', 'An init segment', mp4),
  get(
    '/play/{id}/{session}/{track}/{time}.m4s',
    'playback',
    'The newest segment with a decode time',
    mp4,
    segmentQuery,
  ),
  post('/sealed/{id}/{session}', 'export', 'What is in sealed media, by its key', {
    body: sealedBody,
    responses: { 200: openedSession },
  }),
  get('/export/{id}/{session}.mp4', 'export', 'All tracks of a session in one MP4', mp4),
  get(
    '/export/{id}/{session}.zip',
    'export',
    'Every upload of a session, with facts and report',
    'application/zip',
  ),
  get(
    '/export/{id}/{session}.junit.xml',
    'export',
    'The report of a session for CI servers',
    'application/xml',
  ),
  get('/probe/{id}/{path}', 'probes', 'What ffprobe says of an object', probed, refreshQuery),
  get('/streams/probe/{id}/{path}', 'probes', "The same, under the reference's other path", probed),
  get('/probes', 'probes', 'The queue of the probe workers', probesResponse),
  get('/events', 'events', 'Server-sent events of the whole server', 'text/event-stream', eventsQuery),
  get('/streams/{id}/events', 'events', 'Server-sent events of one stream', 'text/event-stream', eventsQuery),
  get('/webhooks', 'webhooks', 'Where events are sent', webhooksResponse),
  post('/webhooks', 'webhooks', 'Sends events to a URL from now on', {
    body: webhookBody,
    responses: { 201: webhookMade },
  }),
  {
    method: 'delete',
    path: '/webhooks/{id}',
    tag: 'webhooks',
    summary: 'Removes a webhook',
    responses: { 200: webhookRemoved },
  },
  get(
    '/webhooks/{id}/deliveries',
    'webhooks',
    'What came of its newest deliveries',
    deliveriesResponse,
    deliveriesQuery,
  ),
  post('/webhooks/{id}/test', 'webhooks', 'Sends a test event', { responses: { 202: webhookTest } }),
  get('/refusals', 'devices', 'Refused handshakes, and what to do', refusalsResponse, refusalsQuery),
  post('/events/handshake-refused', 'devices', 'Internal: only the proxy may call it', {
    body: handshakeRefusedBody,
    responses: { 204: 'none' },
  }),
  post('/events/handover-applied', 'devices', 'Internal: only the proxy may call it', {
    body: handoverApplied,
    responses: { 204: 'none' },
  }),
  post('/events/tls-secrets', 'export', 'Internal: only the proxy may call it', {
    body: tlsSecretsBody,
    responses: { 204: 'none' },
  }),
  get('/tls-tests', 'certificates', 'Tests of TLS clients, and what clients did', tlsTestsResponse),
  {
    method: 'delete',
    path: '/tls-tests',
    tag: 'certificates',
    summary: 'Forgets what clients did',
    query: tlsTestsQuery,
    responses: { 200: tlsTestsCleared },
  },
  post('/events/tls-tests', 'certificates', 'Internal: only the proxy may call it', {
    body: tlsTestReport,
    responses: { 204: 'none' },
  }),
  get('/devices', 'devices', 'The devices that uploads came from', devicesResponse, page),
  get('/devices/{fingerprint}', 'devices', 'One of them', device),
  get('/certs', 'certificates', 'Lists certificates and keys', certificatesResponse, certificatesQuery),
  get(
    '/certs/device/crl.pem',
    'certificates',
    'The revoked device certificates (RFC 5280)',
    'application/pkix-crl',
    z.object({ format: z.enum(['pem', 'der']).optional() }),
  ),
  get(
    '/certs/{hierarchy}/{file}',
    'certificates',
    'Describes or downloads one of them',
    certificateFile,
    formatQuery,
  ),
  post('/certs/{name}/keypair', 'certificates', 'Makes a key and a certificate', {
    query: keypairQuery,
    body: keypairBody,
    responses: { 200: issuedCertificate },
  }),
  post('/certs/{name}/sign', 'certificates', 'Signs a CSR', {
    query: signQuery,
    body: signBody,
    responses: { 200: issuedCertificate },
  }),
  post('/certs/{name}/revoke', 'certificates', "Revokes a device's certificates", {
    query: revokeQuery,
    responses: { 200: revoked },
  }),
  get(
    '/certs/device/{name}/bundle.p12',
    'certificates',
    'Key, certificate and root as PKCS#12',
    'application/x-pkcs12',
    bundleBody,
  ),
  post('/certs/device/{name}/bundle.p12', 'certificates', 'The same, with the password in the body', {
    body: bundleBody,
    responses: { 200: 'application/x-pkcs12' },
  }),
  get('/access', 'access', 'Who the client is here, and warnings', ownAccess),
  post('/access/sign-in', 'access', 'Begins the session of a browser', {
    body: signInBody,
    responses: { 200: signedIn },
  }),
  post('/access/sign-out', 'access', 'Ends it', {
    responses: { 200: z.object({ signed_out: z.boolean() }) },
  }),
  get('/access/tokens', 'access', 'Lists tokens, without their texts', tokensResponse),
  post('/access/tokens', 'access', 'Makes a token for an enrolment or a sign-in', {
    body: tokenBody,
    responses: { 201: tokenMade },
  }),
  remove('/access/tokens/{token}', 'access', 'Deletes a token', tokenDeleted),
  get('/access/streams/{id}', 'access', 'To whom a stream belongs', streamAccess),
  post('/access/streams/{id}', 'access', 'Shares a stream, or gives it away', {
    body: shareBody,
    responses: { 200: streamAccess },
  }),
  remove('/access/streams/{id}/{key}', 'access', 'Shares it no longer', streamAccess),
  get('/about', 'service', 'Version, names, root and limits', about),
  get('/findings', 'service', 'All rules, with what to change in the device', findingsResponse),
  get('/retention', 'service', 'What retention would remove now', retentionResponse),
  get('/time', 'service', "The server's clock", 'text/plain'),
  get('/openapi.json', 'service', 'This document', z.record(z.string(), z.unknown())),
  get('/docs', 'service', 'This document as a page', 'text/html'),
  get('/docs/{file}', 'service', 'A file of that page', bytes),
  get('/ui/{path}', 'pages', 'The web pages', 'text/html'),
  get('/ui/assets/{path}', 'pages', 'Their scripts and styles', bytes),
  get('/healthz', 'service', 'Whether the server responds', health),
  get('/readyz', 'service', 'Whether Redis and the disk respond', { 200: readiness, 503: readiness }),
]

/** Schemas of messages in event streams, which are no responses of routes. */
export const messages = { StreamState: streamState, ServerState: serverState, Certificate: certificate }

type Rest = Omit<Operation, 'method' | 'path' | 'tag' | 'summary'>

/** A GET route. A single response is the one with status 200. */
function get(
  path: string,
  tag: string,
  summary: string,
  response: Response | Operation['responses'],
  query?: z.ZodObject,
): Operation {
  const responses = isResponse(response) ? { 200: response } : response
  return { method: 'get', path, tag, summary, responses, ...(query ? { query } : {}) }
}

function isResponse(response: Response | Operation['responses']): response is Response {
  return typeof response === 'string' || response instanceof z.ZodType
}

function post(path: string, tag: string, summary: string, rest: Rest): Operation {
  return { method: 'post', path, tag, summary, ...rest }
}

function remove(path: string, tag: string, summary: string, response: z.ZodType): Operation {
  return { method: 'delete', path, tag, summary, responses: { 200: response } }
}
