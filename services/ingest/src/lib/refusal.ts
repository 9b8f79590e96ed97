/** Every way a caller can be wrong. */
export type RefusalCode =
  | 'request-malformed'
  | 'path-outside-stream'
  | 'path-malformed'
  | 'identity-missing'
  | 'route-unknown'
  | 'method-unsupported'
  | 'stream-unknown'
  | 'object-unknown'
  | 'interface-unknown'
  | 'body-too-large'
  | 'content-encoding-unsupported'
  | 'body-undecodable'
  | 'probe-failed'
  | 'certificate-name-malformed'
  | 'certificate-unknown'
  | 'certificate-taken'
  | 'certificate-key-secret'
  | 'csr-malformed'
  | 'busy'

/** The caller is wrong, or asks for too much at once, and gets a response that says how; not a fault of this server. */
export class Refusal extends Error {
  override name = 'Refusal' as const
  readonly code: RefusalCode
  /** Further members of the answer's JSON. */
  readonly extra: Readonly<Record<string, unknown>>

  constructor(code: RefusalCode, detail: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}
