import type { RefusalCode } from '../lib/refusal.ts'

/**
 * DASH-IF Ingest 1.2, 5.3: 403 permission or path, 404 unknown publishing point, 400 for the rest; 507 for quotas and
 * disk.
 */
export const statusOf = {
  'request-malformed': 400,
  'path-outside-stream': 403,
  'path-malformed': 400,
  'proxy-authentication-failed': 403,
  'certificate-required': 403,
  'access-denied': 403,
  'access-open': 409,
  'enrolment-required': 403,
  'token-invalid': 403,
  'token-unknown': 404,
  'cross-site': 403,
  'not-found': 404,
  'method-unsupported': 405,
  'stream-unknown': 404,
  'object-unknown': 404,
  'interface-unknown': 422,
  'body-too-large': 413,
  'content-encoding-unsupported': 415,
  'body-undecodable': 400,
  'probe-failed': 422,
  'media-unsupported': 415,
  'not-media': 422,
  'certificate-name-malformed': 422,
  'certificate-unknown': 404,
  'certificate-exists': 409,
  'certificate-key-secret': 403,
  'csr-malformed': 400,
  'renewal-limit': 429,
  'fault-unknown': 404,
  'webhook-unknown': 404,
  'webhook-limit': 409,
  // RFC 9110, 15.5.9: the client may repeat the request, which is how it waits on. `curl --fail` fails, as a script
  // expects.
  'wait-timeout': 408,
  busy: 503,
  'quota-exceeded': 507,
  'disk-full': 507,
} as const satisfies Record<RefusalCode, number>
