/** Every way in which a client can be wrong. `http/status-of.ts` gives each its status. */
export type RefusalCode =
  | 'request-malformed'
  | 'path-outside-stream'
  | 'path-malformed'
  | 'proxy-authentication-failed'
  | 'certificate-required'
  | 'access-denied'
  | 'access-open'
  | 'enrolment-required'
  | 'token-invalid'
  | 'token-unknown'
  | 'cross-site'
  | 'not-found'
  | 'method-unsupported'
  | 'stream-unknown'
  | 'object-unknown'
  | 'interface-unknown'
  | 'body-too-large'
  | 'content-encoding-unsupported'
  | 'body-undecodable'
  | 'probe-failed'
  | 'media-unsupported'
  | 'not-media'
  | 'certificate-name-malformed'
  | 'certificate-unknown'
  | 'certificate-exists'
  | 'certificate-key-secret'
  | 'csr-malformed'
  | 'renewal-limit'
  | 'fault-unknown'
  | 'webhook-unknown'
  | 'webhook-limit'
  | 'wait-timeout'
  | 'busy'
  | 'quota-exceeded'
  | 'disk-full'

/** The client is wrong, or asks for too much at once, and gets the detail; not a fault of this server. */
export class Refusal extends Error {
  override name = 'Refusal' as const
  readonly code: RefusalCode
  /** Further members of the response's JSON. */
  readonly extra: Readonly<Record<string, unknown>>

  constructor(code: RefusalCode, detail: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}
