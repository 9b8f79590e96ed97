/** What the server does to an upload on purpose. */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly at: 'head' | 'end'
      /** Retry-After, seconds. */
      readonly retryAfter: number | null
    }
  | { readonly kind: 'delay'; readonly ms: number; readonly at: 'head' | 'end' }
  | { readonly kind: 'stall'; readonly ms: number; readonly afterBytes: number | null }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | {
      readonly kind: 'cut'
      readonly how: 'rst' | 'fin'
      readonly at: 'head' | 'continue' | 'middle' | 'end'
      readonly afterBytes: number | null
    }
  | { readonly kind: 'goaway'; readonly code: number }
  | {
      readonly kind: 'reset'
      readonly code: number
      readonly at: 'head' | 'middle' | 'end'
      readonly afterBytes: number | null
    }
  | { readonly kind: 'large-response'; readonly bytes: number }
  | { readonly kind: 'connections'; readonly max: number }
  /** From the upload on that the rule chooses, the certificate that came with it counts as expired. */
  | { readonly kind: 'certificate-expired' }

/** Which uploads a rule is about; what is null is not compared. */
export interface FaultSelection {
  /** `*` stands for any characters, also none. */
  readonly path: string | null
  readonly session: string | null
  readonly track: string | null
  readonly kind: 'manifest' | 'init' | 'segment' | null
  /** At most one of the three is set. */
  readonly nth: number | null
  readonly every: number | null
  readonly probability: number | null
  readonly seed: number
}

/** A fault with the uploads that it hits. Never changed once made. */
export interface FaultRule {
  readonly id: string
  readonly when: FaultSelection
  /** Unix milliseconds. */
  readonly fromMs: number
  readonly untilMs: number
  readonly maxHits: number
  readonly fault: Fault
  /** The ready script that made it; null for none. */
  readonly script: string | null
}

/** What the record of an upload says of the fault that hit it. */
export interface FaultHit {
  /** Id of the rule. */
  readonly rule: string
  /** Absent in older records. */
  readonly kind?: Fault['kind']
  readonly does: string
  /** Whether the response said that the upload failed. */
  readonly isRefused: boolean
  /** The status of a refusal; null where the device got none. */
  readonly status: number | null
  /** Whether the body had come up to its end. */
  readonly isComplete: boolean
}

/** What decides whether a rule is about an upload, known before its body. */
export interface UploadHead {
  readonly path: string
  readonly session: string
  readonly track: string | null
  readonly kind: 'manifest' | 'init' | 'segment' | null
  /** `1.1` or `2`. */
  readonly httpVersion: string
  /** Other connections that have uploads to the stream in flight. */
  readonly otherConnections: number
  /** Fingerprint of the client certificate; null for none. */
  readonly certificate: string | null
}

/** Whether the response to an upload with this fault says that it failed. */
export function isRefusal({ kind }: Fault): boolean {
  return refusals.has(kind)
}

const refusals: ReadonlySet<Fault['kind']> = new Set([
  'status',
  'cut',
  'reset',
  'connections',
  'certificate-expired',
])

/** The status of a refusal; null where the device gets none. */
export function refusalStatusOf(fault: Fault): number | null {
  if (fault.kind === 'status') return fault.status
  if (fault.kind === 'certificate-expired') return 403
  return fault.kind === 'connections' ? 503 : null
}

const places = {
  head: 'before the body',
  continue: 'after the 100 Continue',
  middle: 'in the middle of the body',
  end: 'after the body',
} as const

/** What the server did, in the past tense: `responded 503 after the body`. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'status': {
      const retry = fault.retryAfter === null ? '' : ` with Retry-After: ${fault.retryAfter}`
      return `responded ${fault.status}${retry} ${places[fault.at]}`
    }
    case 'delay':
      return `waited ${fault.ms / 1_000} s ${fault.at === 'head' ? 'before it read the body' : 'before the response'}`
    case 'stall':
      return `stopped reading for ${fault.ms / 1_000} s ${places.middle}`
    case 'slow':
      return `read the body at ${fault.bytesPerSecond} bytes a second`
    case 'cut':
      return `closed the connection (${fault.how.toUpperCase()}) ${places[fault.at]}`
    case 'goaway':
      return `sent GOAWAY with code ${fault.code}`
    case 'reset':
      return `sent RST_STREAM with code ${fault.code} ${places[fault.at]}`
    case 'large-response':
      return `accepted it with a response of ${fault.bytes} bytes`
    case 'connections':
      return `responded 503 because ${fault.max} other ${fault.max === 1 ? 'connection' : 'connections'} had uploads in flight`
    case 'certificate-expired':
      return 'responded 403 before the body, as if the client certificate had expired'
  }
}
